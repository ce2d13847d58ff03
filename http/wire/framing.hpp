// Where a request's head ends, and whether it is one that every server and proxy reads the same way (RFC 9112). No I/O.
//
// Beast's parser is lenient where request smuggling lives: it merges folded lines, takes odd Transfer-Encodings as "no
// body" and the last of repeated lengths. So the raw bytes are judged first, then parsed, then the parsed fields are
// judged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {

inline constexpr std::size_t max_head_size = 32 * 1024;    ///< bytes, from the request line to the empty line
inline constexpr std::size_t max_target_size = 16 * 1024;  ///< bytes of a request target
inline constexpr std::size_t max_field_count = 100;

/// What a buffer holds so far.
struct HeadScan {
  enum class State : std::uint8_t { incomplete, complete, refused };
  State state = State::incomplete;
  std::size_t size = 0;                          ///< complete: the head's bytes, its empty line included
  Problem problem = Problem::malformed_request;  ///< refused: why
};

/// Looks for the end of the head at the start of `input`. Refuses as soon as a limit is passed, a line ends in LF alone
/// or the first byte is one that begins no request, as TLS does: such a head is not waited for to end (problem
/// malformed_request, why: line_fault of what there is).
/// `searched` is how many bytes an earlier call has looked at, so that a slow sender costs no repeated search.
HeadScan scan_head(std::string_view input, std::size_t searched);

/// Parses a complete head into `head`, whose views then point into `raw`. Answers why it is refused, if it is:
/// malformed_request, and in `why` what is wrong, as a sentence that holds nothing of what was sent; or
/// target_too_long. Nothing in `head` may be used after a refusal.
std::optional<Problem> parse_head(std::string_view raw, RequestHead& head, std::string& why);

}  // namespace tacit::http
