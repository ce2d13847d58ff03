#include "http/wire/head_lines.hpp"

#include <algorithm>
#include <array>

#include "crypto/text/ascii.hpp"
#include "crypto/text/hex.hpp"

namespace tacit::http {
namespace {

using crypto::equal_ignoring_case;

/// What the checks of a head ask about each of its bytes.
struct Kinds {
  std::array<bool, 256> token{};  ///< RFC 9110 section 5.6.2
  std::array<bool, 256> plain{};  ///< neither a control character nor a line end
};
constexpr Kinds kinds = [] {
  Kinds made;
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    made.token[byte] = crypto::is_letter_or_digit(c) || marks.find(c) != marks.npos;
    made.plain[byte] = byte >= 0x20 && byte != 0x7f;
  }
  return made;
}();

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return kinds.token[static_cast<unsigned char>(c)]; });
}

std::string line(std::size_t number) { return "Line " + std::to_string(number) + " of the request head"; }

std::string control_fault(std::size_t number, unsigned char byte) {
  const std::string hex{crypto::hex_digits[byte >> 4U], crypto::hex_digits[byte & 15U]};
  return line(number) + " has the control character 0x" + hex + ".";
}

/// Checks line ends, line beginnings and control characters of all lines.
std::string byte_fault(std::string_view raw) {
  std::size_t number = 1;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const auto c = static_cast<unsigned char>(raw[i]);
    if (kinds.plain[c]) continue;
    if (c == '\t' && number > 1) continue;
    if (c == '\n') return line(number) + " ends in LF alone; lines end in CR and LF.";
    if (c != '\r') return control_fault(number, c);
    if (i + 1 >= raw.size() || raw[i + 1] != '\n') return line(number) + " has a CR that is not followed by LF.";
    ++i;
    ++number;
    const bool folded = i + 1 < raw.size() && (raw[i + 1] == ' ' || raw[i + 1] == '\t');
    if (folded) return line(number) + " begins with white space; a field must be on one line.";
  }
  return {};
}

std::string request_line_fault(std::string_view text) {
  const std::size_t first = text.find(' ');
  const std::size_t last = text.rfind(' ');
  const bool three = first != std::string_view::npos && first != last && text.find(' ', first + 1) == last;
  if (!three || first == 0 || last == first + 1 || last + 1 == text.size()) {
    return "The request line must be a method, a target and HTTP/1.1, separated by single spaces.";
  }
  if (!is_token(text.substr(0, first))) return "The method in the request line has invalid characters.";
  const std::string_view version = text.substr(last + 1);
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return {};
  return "The request line names a protocol other than HTTP/1.1 and HTTP/1.0.";
}

/// The fields that determine a request's end and host.
struct Framing {
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t encodings = 0;
  bool chunked = false;

  std::string take(std::string_view name, std::string_view value) {
    if (equal_ignoring_case(name, "host")) {
      if (++hosts > 1) return "The field Host is repeated.";
    } else if (equal_ignoring_case(name, "content-length")) {
      if (++lengths > 1) return "The field Content-Length is repeated.";
      const bool digits = !value.empty() && std::ranges::all_of(value, crypto::is_digit);
      if (!digits) return "The field Content-Length is not a number of bytes.";
    } else if (equal_ignoring_case(name, "transfer-encoding")) {
      if (++encodings > 1) return "The field Transfer-Encoding is repeated.";
      chunked = equal_ignoring_case(value, "chunked");
    }
    return {};
  }

  // Refuses Transfer-Encoding with a Content-Length, other than "chunked", or in HTTP/1.0: parsers disagree on these.
  std::string judge(bool old) const {
    if (hosts == 0 && !old) return "The field Host is missing.";
    if (encodings == 0) return {};
    if (lengths > 0) return "The fields Transfer-Encoding and Content-Length are both present; send only one of them.";
    if (old) return "The field Transfer-Encoding is not allowed in an HTTP/1.0 request.";
    return chunked ? std::string() : "The field Transfer-Encoding is not chunked.";
  }
};

std::string field_fault(std::string_view text, std::size_t number, Framing& framing) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return line(number) + " has no colon after a field name.";
  const std::string_view name = text.substr(0, colon);
  if (name.empty()) return line(number) + " has no field name before its colon.";
  if (crypto::blanks.find(name.back()) != std::string_view::npos)
    return line(number) + " has white space before its colon.";
  if (!is_token(name)) return line(number) + " has invalid characters in its field name.";
  return framing.take(name, crypto::trimmed(text.substr(colon + 1)));
}

}  // namespace

std::string line_fault(std::string_view raw) {
  // A TLS handshake record: on the admin plane, from a client that is configured with https://.
  if (raw.starts_with("\x16\x03"))
    return "A TLS handshake was received instead of a request: this port serves plain HTTP, http://.";
  if (std::string fault = byte_fault(raw); !fault.empty()) return fault;
  Framing framing;
  bool old = false;
  std::size_t number = 1;
  for (std::string_view rest = raw; !rest.starts_with("\r\n") || number == 1; ++number) {
    const std::string_view text = rest.substr(0, rest.find("\r\n"));
    std::string fault = number == 1 ? request_line_fault(text) : field_fault(text, number, framing);
    if (!fault.empty()) return fault;
    if (number == 1) old = text.ends_with("HTTP/1.0");
    if (text.size() == rest.size()) return "The request head does not end in an empty line.";
    rest.remove_prefix(text.size() + 2);
  }
  return framing.judge(old);
}

std::optional<std::string_view> only_origin(std::string_view raw) {
  std::optional<std::string_view> origin;
  std::string_view rest = raw;
  for (std::size_t number = 1;; ++number) {
    const std::size_t end = rest.find("\r\n");
    if (end == std::string_view::npos || end == 0) return origin;
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    const std::size_t colon = text.find(':');
    if (number == 1 || colon == std::string_view::npos) continue;
    if (!equal_ignoring_case(text.substr(0, colon), "origin")) continue;
    if (origin) return std::nullopt;
    origin = crypto::trimmed(text.substr(colon + 1));
  }
}

void hide_proxy_connection(std::span<std::uint8_t> raw) {
  constexpr std::string_view name = "proxy-connection";
  constexpr std::size_t hyphen = name.find('-');
  const std::string_view text(reinterpret_cast<const char*>(raw.data()), raw.size());
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const std::string_view line = text.substr(at + 1);
    const bool named = line.size() > name.size() && equal_ignoring_case(line.substr(0, name.size()), name);
    if (named && line[name.size()] == ':') raw[at + 1 + hyphen] = '_';
  }
}

}  // namespace tacit::http
