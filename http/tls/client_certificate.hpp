// A connection's client certificate: its identity, and whether it is still valid.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "http/client_certificates/certificate_validity.hpp"
#include "http/client_certificates/client_trust.hpp"

namespace tacit::http {

/// Belongs to one connection of the tool plane. Without a certificate the identity is empty and there is no fault.
class ClientCertificate {
 public:
  /// Call after the handshake: stores the identity and the verdict.
  void take(const SSL* ssl);

  /// As from client_identity(); empty without a certificate.
  const std::string& identity() const { return identity_; }
  /// Whether it has several names of the deciding kind.
  bool ambiguous() const { return ambiguous_; }

  /// Why the certificate is not valid at `now`, in seconds since 1970: one word, for the audit; empty if it is valid.
  /// The trust may have changed since the last check, and the certificate may have expired.
  std::string_view fault(const SSL* ssl, const CurrentTrust& current, std::int64_t now);

 private:
  std::string identity_;
  bool ambiguous_ = false;
  std::uint64_t judged_by_ = 0;  ///< the number of the trust that last judged it
  std::string_view verdict_{};   ///< the result
  CertificateValidity validity_;
};

}  // namespace tacit::http
