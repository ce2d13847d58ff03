// The validity period of a client's certificate, by its own dates and those of its issuers.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include <openssl/x509.h>

namespace tacit::http {

/// Times are seconds since 1970. A connection may outlive its certificate, so the dates are checked at each request.
class CertificateValidity {
 public:
  /// Always valid.
  CertificateValidity() = default;
  /// The intersection of the chain's validity periods. Never valid if a certificate has malformed dates.
  static CertificateValidity of_chain(const STACK_OF(X509) * chain);

  /// Why the certificate is not valid at that time: a code of http/tls/handshake_faults.hpp. Empty if it is valid.
  std::string_view fault_at(std::int64_t now) const {
    if (now >= until_) return "certificate_expired";
    return now < from_ ? std::string_view("certificate_not_yet_valid") : std::string_view();
  }

 private:
  std::int64_t from_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t until_ = std::numeric_limits<std::int64_t>::max();  ///< the first second in which it is not valid
};

}  // namespace tacit::http
