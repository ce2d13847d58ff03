// Describes failed TLS handshakes for operators of servers and clients.
#pragma once

#include <cstdint>
#include <string_view>

#include <openssl/ssl.h>

namespace tacit::http {

/// The texts have static storage.
struct HandshakeFault {
  std::string_view code;  ///< one word, for the audit and a request's note
  std::string_view text;
  bool of_client = false;  ///< the cause is the client's certificate, or its absence
};

/// The fault of a certificate verification error (X509_V_ERR_…).
const HandshakeFault& fault_of_certificate(int error);

/// The fault of a handshake that failed with that entry of OpenSSL's error queue.
const HandshakeFault& fault_of_handshake(const SSL* ssl, unsigned long error);

/// Faults that are detected before OpenSSL's handshake.
const HandshakeFault& plain_http_fault();
const HandshakeFault& proxy_header_fault();
const HandshakeFault& not_tls_fault();
const HandshakeFault& handshake_too_long_fault();

}  // namespace tacit::http
