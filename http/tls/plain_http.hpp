// Detects plain HTTP on a TLS port by its first bytes, so that the client gets a clear response.
#pragma once

#include <cstdint>
#include <string_view>

namespace tacit::http {

enum class FirstBytes : std::uint8_t {
  tls,           ///< TLS, or bytes that the TLS handshake refuses
  http,          ///< a method and a blank; for an unknown method also a slash
  proxy_header,  ///< a PROXY protocol header from a peer that may not send one
  other,         ///< neither TLS nor HTTP
  undecided,     ///< more bytes are needed, at most `longest_first_word`
};

inline constexpr std::size_t longest_first_word = 24;  ///< "UPDATEREDIRECTREF /" and more

/// Classifies a connection's first bytes; at least one byte.
FirstBytes classify(std::string_view bytes);

}  // namespace tacit::http
