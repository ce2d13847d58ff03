// Finds faults in the raw lines of a request's head, as sentences for the client and the log. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tacit::http {

/// The first fault of the lines of a complete head, as a sentence; empty if there is none. Names only known fields,
/// else the line number (the request line is line 1), because misplaced text may be a secret.
///
/// Requires: CR only before LF and LF only after CR; no line that starts with white space (an obsolete fold, or an
/// attack on the first field); no control byte except tab inside a field, and none in the request line; a name that is
/// a token, directly followed by a colon; one Host; no ambiguous Content-Length or Transfer-Encoding.
std::string line_fault(std::string_view raw);

/// The value of the only complete line `Origin` in what was received of a head that was refused: the page that sent it
/// may read the answer. std::nullopt: there is none, or several.
std::optional<std::string_view> only_origin(std::string_view raw);

/// Renames the fields `Proxy-Connection` of a head to an unknown name of the same length, so that Beast's parser, which
/// treats them like `Connection`, ignores them: they have no meaning between a client and an origin server (RFC 9112
/// appendix C.2.2). Their lines are checked like any other.
void hide_proxy_connection(std::span<std::uint8_t> raw);

}  // namespace tacit::http
