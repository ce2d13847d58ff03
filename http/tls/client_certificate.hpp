// The certificate that the client of a connection has shown: whose it is, and whether it is still good.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "http/client_certificates/certificate_validity.hpp"
#include "http/client_certificates/client_trust.hpp"

namespace tacit::http {

/// Belongs to one connection of the tool plane. Without a certificate it is nobody's and always good.
class ClientCertificate {
 public:
  /// The handshake has ended: takes over what the client was judged by.
  void take(const SSL* ssl);

  /// As client_identity() has it; empty without a certificate.
  const std::string& identity() const { return identity_; }
  /// It has several names of the kind that decides.
  bool ambiguous() const { return ambiguous_; }

  /// Why the certificate is not good at that time, in seconds since 1970: one word, as the audit has it. Empty: it is
  /// good. What is trusted may have changed since it was judged, and its time may be up.
  std::string_view fault(const SSL* ssl, const CurrentTrust& current, std::int64_t now);

 private:
  std::string identity_;
  bool ambiguous_ = false;
  std::uint64_t judged_by_ = 0;  ///< the number of the trust that it was last judged by
  std::string_view verdict_{};   ///< what came of it
  CertificateValidity validity_;
};

}  // namespace tacit::http
