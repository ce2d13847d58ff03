// Plain HTTP that comes to a port which speaks TLS: recognised by its first bytes, so that it can be told so.
#pragma once

#include <cstdint>
#include <string_view>

namespace tacit::http {

enum class FirstBytes : std::uint8_t {
  tls,           ///< or anything else that is TLS's to refuse
  http,          ///< a method and a blank; of a method that is not known, a slash too
  proxy_header,  ///< a PROXY protocol header, though none is taken from there
  other,         ///< no TLS, and not HTTP either
  undecided,     ///< `longest_first_word` bytes decide
};

inline constexpr std::size_t longest_first_word = 24;  ///< "UPDATEREDIRECTREF /" and more

/// What a connection begins with, by as many bytes as have come; at least one.
FirstBytes classify(std::string_view bytes);

}  // namespace tacit::http
