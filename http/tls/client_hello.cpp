#include "http/tls/client_hello.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tacit::http {
namespace {

struct Limit {
  unsigned extension = 0;
  std::size_t bytes = 0;
};

/// Two bytes for each suite; clients offer about 30.
constexpr std::size_t most_cipher_bytes = 1024;

/// Of the extensions that OpenSSL processes as lists, in bytes.
constexpr std::array limits{
    Limit{TLSEXT_TYPE_status_request, 1024},            // of responders, each decoded
    Limit{TLSEXT_TYPE_supported_groups, 512},           // two bytes each; clients offer about 10
    Limit{TLSEXT_TYPE_signature_algorithms, 512},       // likewise, about 30
    Limit{TLSEXT_TYPE_signature_algorithms_cert, 512},  // likewise
    Limit{TLSEXT_TYPE_psk, 4096},                       // one or two tickets of some hundred bytes
    Limit{TLSEXT_TYPE_certificate_authorities, 8192},   // names, each decoded; clients send none
    Limit{TLSEXT_TYPE_key_share, 8192},                 // the largest known share has 1.7 KiB
};

bool is_short(SSL* ssl, const Limit& limit) {
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  return SSL_client_hello_get0_ext(ssl, limit.extension, &bytes, &size) != 1 || size <= limit.bytes;
}

/// SSL_CTX_set_client_hello_cb(3).
int check(SSL* ssl, int* alert, void*) {
  const unsigned char* ciphers = nullptr;
  const bool good = SSL_client_hello_get0_ciphers(ssl, &ciphers) <= most_cipher_bytes &&
                    std::ranges::all_of(limits, [ssl](const Limit& limit) { return is_short(ssl, limit); });
  if (good) return SSL_CLIENT_HELLO_SUCCESS;
  *alert = SSL_AD_ILLEGAL_PARAMETER;
  return SSL_CLIENT_HELLO_ERROR;
}

}  // namespace

void limit_client_hello(SSL_CTX* context) { SSL_CTX_set_client_hello_cb(context, check, nullptr); }

}  // namespace tacit::http
