// The lines of a request's head as they were sent: what is wrong with them, in words for the client and the log. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tacit::http {

/// The first fault of the lines of a complete head, as a sentence; empty if there is none. Names a field that is known,
/// and else the line, the request line being the first: what a client sent in a wrong place may be a secret.
///
/// CR only before LF and LF only after CR; no line that starts with white space (an obsolete fold, or a trick on the
/// first field); no control byte but tab inside a field, none at all in the request line; a name that is a token, and
/// right after it a colon. One Host; no Content-Length or Transfer-Encoding that can be read in two ways.
std::string line_fault(std::string_view raw);

/// Renames the fields `Proxy-Connection` of a head to one that nobody knows, so that a parser which takes them for
/// `Connection` (Beast's does) neither heeds nor judges them: between a client and an origin server they say nothing
/// (RFC 9112 appendix C.2.2). Their lines stay as long as they are, and are judged like any other's.
void hide_proxy_connection(std::span<std::uint8_t> raw);

}  // namespace tacit::http
