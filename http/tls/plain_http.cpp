#include "http/tls/plain_http.hpp"

#include <algorithm>
#include <array>

#include "crypto/text/ascii.hpp"

namespace tacit::http {
namespace {

constexpr std::string_view proxy_1 = "PROXY ";
/// The part of the signature of version 2 that nothing else begins with.
constexpr std::string_view proxy_2{"\r\n\r\n\0", 5};

/// `PRI` starts HTTP/2 (RFC 9113 section 3.4).
constexpr std::array<std::string_view, 11> methods{"GET ",     "HEAD ",    "POST ",  "PUT ", "PATCH ",   "DELETE ",
                                                   "OPTIONS ", "CONNECT ", "TRACE ", "PRI ", "PROPFIND "};

static_assert(std::ranges::all_of(methods,
                                  [](std::string_view method) { return method.size() <= longest_first_word; }));

/// Another method, such as `REPORT /x`: letters, a blank and a slash. Commands of other protocols have no slash there.
FirstBytes classify_word(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
  const std::size_t end = std::min(bytes.find_first_not_of(letters), bytes.size());
  if (end + 2 > longest_first_word || (end < bytes.size() && bytes[end] != ' ')) return FirstBytes::other;
  if (end + 1 >= bytes.size()) return FirstBytes::undecided;
  return bytes[end + 1] == '/' ? FirstBytes::http : FirstBytes::other;
}

bool starts(std::string_view bytes, std::string_view word) { return bytes.starts_with(word); }
/// Whether the bytes are a prefix of the word.
bool may_become(std::string_view bytes, std::string_view word) {
  return bytes.size() < word.size() && word.starts_with(bytes);
}

}  // namespace

FirstBytes classify(std::string_view bytes) {
  // TLS records and SSL 2 client hellos never begin with a letter or CR.
  const bool letter = !bytes.empty() && crypto::is_upper(bytes.front());
  if (starts(bytes, proxy_1) || starts(bytes, proxy_2)) return FirstBytes::proxy_header;
  if (!bytes.empty() && may_become(bytes, proxy_2)) return FirstBytes::undecided;
  if (!letter) return FirstBytes::tls;
  if (std::ranges::any_of(methods, [&](std::string_view method) { return starts(bytes, method); })) {
    return FirstBytes::http;
  }
  return may_become(bytes, proxy_1) ? FirstBytes::undecided : classify_word(bytes);
}

}  // namespace tacit::http
