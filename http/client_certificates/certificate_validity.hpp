// From when until when a client's certificate is good, by its own dates and those of its issuers.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include <openssl/x509.h>

namespace tacit::http {

/// Seconds since 1970. A connection outlives the moment of its handshake, so its certificate's dates are compared at
/// each request.
class CertificateValidity {
 public:
  /// Always good.
  CertificateValidity() = default;
  /// What all certificates of the chain have in common. Never good if one of them has dates that cannot be read.
  static CertificateValidity of_chain(const STACK_OF(X509) * chain);

  /// Why the certificate is no good at that time: a code of http/tls/handshake_faults.hpp. Empty: it is good.
  std::string_view fault_at(std::int64_t now) const {
    if (now >= until_) return "certificate_expired";
    return now < from_ ? std::string_view("certificate_not_yet_valid") : std::string_view();
  }

 private:
  std::int64_t from_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t until_ = std::numeric_limits<std::int64_t>::max();  ///< the first second in which it is not
};

}  // namespace tacit::http
