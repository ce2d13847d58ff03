#include "http/tls/client_certificate.hpp"

#include <utility>

#include "http/client_certificates/client_identity.hpp"
#include "http/tls/handshake_faults.hpp"

namespace tacit::http {

void ClientCertificate::take(const SSL* ssl) {
  const auto trust = ClientTrust::of(SSL_get_SSL_CTX(ssl));
  judged_by_ = trust ? trust->number() : 0;
  // There is no chain if a session was resumed: it is then judged at the first request.
  const STACK_OF(X509)* const chain = SSL_get0_verified_chain(ssl);
  if (chain != nullptr) validity_ = CertificateValidity::of_chain(chain);
  if (chain == nullptr) judged_by_ = 0;
  ClientIdentity identity = client_identity(ssl);
  identity_ = std::move(identity.name);
  ambiguous_ = identity.ambiguous;
}

std::string_view ClientCertificate::fault(const SSL* ssl, const CurrentTrust& current, std::int64_t now) {
  const auto trust = judged_by_ != current.number() ? current.get() : nullptr;
  if (trust) {
    const int error = trust->judge(ssl, &validity_);
    judged_by_ = trust->number();
    verdict_ = error == X509_V_OK ? std::string_view() : fault_of_certificate(error).code;
  }
  std::string_view fault = verdict_;
  if (fault.empty()) fault = validity_.fault_at(now);
  if (fault.empty() && ambiguous_) fault = "identity_ambiguous";
  return fault;
}

}  // namespace tacit::http
