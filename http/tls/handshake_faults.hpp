// Why a TLS handshake failed, in words for the operator of the server or of the client.
#pragma once

#include <cstdint>
#include <string_view>

#include <openssl/ssl.h>

namespace tacit::http {

/// All of static storage.
struct HandshakeFault {
  std::string_view code;  ///< one word, as the audit and a request's note have it
  std::string_view text;
  bool of_client = false;  ///< the client's certificate, or that it has none
};

/// Of an error of certificate verification (X509_V_ERR_…).
const HandshakeFault& fault_of_certificate(int error);

/// Of a handshake that failed with that entry of OpenSSL's error queue.
const HandshakeFault& fault_of_handshake(const SSL* ssl, unsigned long error);

/// Faults that are seen without OpenSSL, in what arrives before a handshake.
const HandshakeFault& plain_http_fault();
const HandshakeFault& proxy_header_fault();
const HandshakeFault& not_tls_fault();
const HandshakeFault& handshake_too_long_fault();

}  // namespace tacit::http
