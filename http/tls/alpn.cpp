#include "http/tls/alpn.hpp"

#include <string_view>

namespace tacit::http {
namespace {

/// The position of a protocol in the client's list, at the length byte before its name; nullptr if the client does not
/// offer it. OpenSSL has checked that the list is well-formed.
const unsigned char* find(std::string_view offers, std::string_view wanted) {
  while (!offers.empty()) {
    const std::string_view name = offers.substr(1, static_cast<unsigned char>(offers.front()));
    if (name == wanted) return reinterpret_cast<const unsigned char*>(offers.data());
    offers.remove_prefix(1 + name.size());
  }
  return nullptr;
}

/// SSL_CTX_set_alpn_select_cb(3).
int choose(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offers, unsigned offers_size,
           void*) {
  const std::string_view offered(reinterpret_cast<const char*>(offers), offers_size);
  const unsigned char* found = find(offered, "http/1.1");
  if (found == nullptr) found = find(offered, "http/1.0");
  if (found == nullptr) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *size = *found;
  *chosen = found + 1;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

void choose_protocol(SSL_CTX* context) { SSL_CTX_set_alpn_select_cb(context, choose, nullptr); }

}  // namespace tacit::http
