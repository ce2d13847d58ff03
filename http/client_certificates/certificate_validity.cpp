#include "http/client_certificates/certificate_validity.hpp"

#include <algorithm>

#include "crypto/certificates/certificates.hpp"

namespace tacit::http {

CertificateValidity CertificateValidity::of_chain(const STACK_OF(X509) * chain) {
  CertificateValidity all;
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const X509* const certificate = sk_X509_value(chain, i);
    const auto from = crypto::seconds_of(X509_get0_notBefore(certificate));
    const auto until = crypto::seconds_of(X509_get0_notAfter(certificate));
    if (from) all.from_ = std::max(all.from_, *from);
    all.until_ = std::min(all.until_, from && until ? *until : never);
  }
  return all;
}

}  // namespace tacit::http
