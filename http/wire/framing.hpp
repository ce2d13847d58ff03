// Finds the end of a request's head and accepts only heads that every server and proxy reads alike (RFC 9112). No I/O.
//
// Beast's parser is lenient in ways that allow request smuggling: it merges folded lines, treats unknown
// Transfer-Encodings as "no body" and uses the last of repeated lengths. So the raw bytes are checked before parsing,
// and the parsed fields after it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange/exchange.hpp"
#include "http/exchange/head_limits.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {

/// The state of a head in a buffer.
struct HeadScan {
  enum class State : std::uint8_t { incomplete, complete, refused };
  State state = State::incomplete;
  std::size_t size = 0;                          ///< complete: bytes of the head, including its empty line
  Problem problem = Problem::malformed_request;  ///< refused: why
};

/// Searches for the end of the head at the start of `input`. Refuses as soon as a limit is exceeded, a line ends in LF
/// alone, or the first byte cannot begin a request (as with TLS), without waiting for the head's end (problem
/// malformed_request; line_fault of the input says why).
/// `searched` is the number of bytes that earlier calls have searched, so that slow input is not searched repeatedly.
HeadScan scan_head(std::string_view input, std::size_t searched);

/// Parses a complete head into `head`, whose views then point into `raw`. Returns std::nullopt on success;
/// malformed_request, with a sentence in `why` that repeats nothing of the input; or target_too_long. `head` must not
/// be used after an error.
std::optional<Problem> parse_head(std::string_view raw, RequestHead& head, std::string& why);

}  // namespace tacit::http
