#include "http/client_certificates/client_trust.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace tacit::http {
namespace {

using boost::system::result;
using crypto::CertificatePtr;
using Trust = std::shared_ptr<const ClientTrust>;

void release_trust(void*, void* held, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Trust*>(held); }

/// The index of a context's trust (SSL_CTX_set_ex_data(3)).
int place() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, release_trust);
  return index;
}

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1) + 1;
}

/// For the log; the thread of the handshake also writes the log line.
thread_local std::string refused;

/// SSL_CTX_set_security_level(3).
int bits_of_level(int level) {
  constexpr std::array bits{0, 80, 112, 128, 192, 256};
  return bits[static_cast<std::size_t>(std::clamp(level, 0, 5))];
}

/// Why the certificate cannot be an authority of clients; std::nullopt if it can.
std::optional<std::string> fault_of(X509* certificate, int security_level) {
  const std::uint32_t flags = X509_get_extension_flags(certificate);
  if ((flags & EXFLAG_INVALID) != 0) return "has extensions that are not valid";
  if (X509_check_ca(certificate) == 0) {
    const bool says_so = (flags & EXFLAG_BCONS) != 0 && (flags & EXFLAG_CA) != 0;
    return says_so ? "may not sign certificates (its key usage lacks keyCertSign)"
                   : "is not a CA certificate (basicConstraints is not CA:TRUE); use the CA that issued it";
  }
  // 4: only the key usage marks it as a CA.
  if (X509_check_ca(certificate) == 4) {
    return "is not a CA certificate (it has no basicConstraints); use the CA that issued it";
  }
  if (X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 1) == 0) {
    return "may not issue client certificates (see its extended key usage)";
  }
  const EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (key == nullptr) return "has a public key of a kind that is not supported";
  if (EVP_PKEY_get_security_bits(key) < bits_of_level(security_level)) return "has a key that is too weak";
  return std::nullopt;
}

/// The limit of a client's certificates in bytes: five of them, with large keys and many names.
constexpr long most_certificate_bytes = 32L * 1024;

bool is_issued_by(X509* certificate, X509* issuer) {
  const bool named = X509_check_issued(issuer, certificate) == X509_V_OK;
  EVP_PKEY* const key = X509_get0_pubkey(issuer);
  const bool is_so = named && key != nullptr && X509_verify(certificate, key) == 1;
  ERR_clear_error();
  return is_so;
}

}  // namespace

ClientTrust::ClientTrust(std::filesystem::path file)
    : file_(std::move(file)), number_(next_number()), store_(X509_STORE_new()) {}

std::optional<std::string> ClientTrust::take(std::vector<CertificatePtr> certificates, int security_level) {
  for (CertificatePtr& certificate : certificates) {
    const std::string subject = crypto::subject_of(certificate.get());
    if (const auto fault = fault_of(certificate.get(), security_level)) {
      ERR_clear_error();
      return file_.string() + ": " + subject + " " + *fault;
    }
    const bool again = std::ranges::any_of(authorities_, [&](const Authority& other) {
      return X509_cmp(other.certificate.get(), certificate.get()) == 0;
    });
    if (again) {
      notes_.push_back(file_.string() + " holds " + subject + " more than once");
      continue;
    }
    if (!store_ || X509_STORE_add_cert(store_.get(), certificate.get()) != 1) {
      ERR_clear_error();
      return file_.string() + ": " + subject + " cannot be used";
    }
    authorities_.push_back({std::move(certificate)});
  }
  return std::nullopt;
}

bool ClientTrust::has_child(const X509* authority) const {
  return std::ranges::any_of(authorities_, [&](const Authority& other) {
    X509* const child = other.certificate.get();
    // A renewed certificate of the same authority is not its child.
    const bool own = X509_NAME_cmp(X509_get_subject_name(child), X509_get_issuer_name(child)) == 0;
    return !own && is_issued_by(child, const_cast<X509*>(authority));
  });
}

/// Marks the authorities that another one has revoked, and those below them.
void ClientTrust::mark_revoked() {
  for (bool changed = true; std::exchange(changed, false);) {
    for (Authority& child : authorities_) {
      for (const Authority& issuer : authorities_) {
        X509* const certificate = child.certificate.get();
        if (child.revoked || &child == &issuer || !is_issued_by(certificate, issuer.certificate.get())) continue;
        const bool listed = crls_->judge(certificate, issuer.certificate.get()) == RevocationLists::Verdict::revoked;
        if (!listed && !issuer.revoked) continue;
        child.revoked = true;
        changed = true;
        notes_.push_back(file_.string() + ": " + crypto::subject_of(certificate) +
                         " is revoked, or its issuer is: clients that it certifies are refused");
      }
    }
  }
}

/// Fails closed: with CRLs configured, a certificate that no CRL covers is refused.
std::optional<std::string> ClientTrust::take_crls(const std::filesystem::path& crls) {
  std::vector<CertificatePtr> certificates;
  for (const Authority& authority : authorities_) certificates.emplace_back(X509_dup(authority.certificate.get()));
  auto loaded = RevocationLists::load(crls, certificates);
  if (loaded.has_error()) return loaded.error();
  crls_ = std::move(*loaded);
  for (const Authority& authority : authorities_) {
    const X509* const certificate = authority.certificate.get();
    if (crls_->has_list_of(certificate)) continue;
    const std::string lacking = crls.string() + ": there is no CRL of " + crypto::subject_of(certificate) +
                                ", an authority in " + file_.string();
    if (!has_child(certificate)) return lacking + ": every certificate that it issued would be refused; add its CRL";
    notes_.push_back(lacking + ": client certificates that it issued itself are refused");
  }
  mark_revoked();
  if (std::ranges::all_of(authorities_, [](const Authority& authority) { return authority.revoked; })) {
    return crls.string() + ": every authority in " + file_.string() + " is revoked";
  }
  return std::nullopt;
}

result<Trust, std::string> ClientTrust::load(const std::filesystem::path& authorities,
                                             const std::filesystem::path& crls, int security_level) {
  auto certificates = crypto::load_certificates(authorities, crypto::Beside::nothing);
  if (certificates.has_error()) return certificates.error().message;
  std::shared_ptr<ClientTrust> trust(new ClientTrust(authorities));
  if (auto fault = trust->take(std::move(*certificates), security_level)) return std::move(*fault);
  if (!crls.empty()) {
    if (auto fault = trust->take_crls(crls)) return std::move(*fault);
  }
  return Trust(std::move(trust));
}

/// Judges a chain that ends at an authority of the file. That authority is trusted without its issuer, unless another
/// authority in the file has revoked it.
int ClientTrust::judge_chain(STACK_OF(X509) * chain) const {
  if (!crls_) return X509_V_OK;
  const int size = sk_X509_num(chain);
  for (int i = 0; i + 1 < size; ++i) {
    switch (crls_->judge(sk_X509_value(chain, i), sk_X509_value(chain, i + 1))) {
      case RevocationLists::Verdict::good:
        break;
      case RevocationLists::Verdict::revoked:
        return X509_V_ERR_CERT_REVOKED;
      case RevocationLists::Verdict::unknown:
        return X509_V_ERR_UNABLE_TO_GET_CRL;
    }
  }
  for (int i = 0; i < size; ++i) {
    const bool revoked = std::ranges::any_of(authorities_, [&](const Authority& authority) {
      return authority.revoked && X509_cmp(authority.certificate.get(), sk_X509_value(chain, i)) == 0;
    });
    if (revoked) return X509_V_ERR_CERT_REVOKED;
  }
  return X509_V_OK;
}

int ClientTrust::verify(X509_STORE_CTX* context) const {
  const bool chains = X509_verify_cert(context) == 1;
  ERR_clear_error();
  if (!chains) {
    const int error = X509_STORE_CTX_get_error(context);
    return error != X509_V_OK ? error : X509_V_ERR_UNSPECIFIED;
  }
  return judge_chain(X509_STORE_CTX_get0_chain(context));
}

int ClientTrust::on_verify(X509_STORE_CTX* context, void*) {
  const void* const ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());
  const auto* const held =
      static_cast<const Trust*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(static_cast<const SSL*>(ssl)), place()));
  const int error = held != nullptr ? (*held)->verify(context) : X509_V_ERR_UNSPECIFIED;
  const X509* const certificate = X509_STORE_CTX_get0_cert(context);
  refused.clear();
  if (error != X509_V_OK && certificate != nullptr) refused = crypto::subject_of(certificate);
  X509_STORE_CTX_set_error(context, error);
  return error == X509_V_OK ? 1 : 0;
}

std::string ClientTrust::take_refused() { return std::exchange(refused, {}); }

bool ClientTrust::use(SSL_CTX* context, Trust trust) {
  STACK_OF(X509_NAME)* const names = sk_X509_NAME_new_null();
  for (const Authority& authority : trust->authorities_) {
    X509_NAME* const name = X509_NAME_dup(X509_get_subject_name(authority.certificate.get()));
    if (name != nullptr && sk_X509_NAME_push(names, name) <= 0) X509_NAME_free(name);
  }
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set1_cert_store(context, trust->store_.get());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT);
  SSL_CTX_set_verify_depth(context, most_intermediates);
  SSL_CTX_set_max_cert_list(context, most_certificate_bytes);
  // An authority in the file is trusted even if its issuer is not in the file.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_cert_verify_callback(context, on_verify, nullptr);
  auto held = std::make_unique<Trust>(std::move(trust));
  if (SSL_CTX_set_ex_data(context, place(), held.get()) != 1) return false;
  static_cast<void>(held.release());  // now owned by the context
  return true;
}

Trust ClientTrust::of(const SSL_CTX* context) {
  const auto* const held = static_cast<const Trust*>(SSL_CTX_get_ex_data(context, place()));
  return held != nullptr ? *held : nullptr;
}

int ClientTrust::judge(const SSL* ssl, CertificateValidity* validity) const {
  struct ContextDeleter {
    void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
  };
  X509* const certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return X509_V_ERR_UNSPECIFIED;
  const std::unique_ptr<X509_STORE_CTX, ContextDeleter> context(X509_STORE_CTX_new());
  const bool ready = context &&
                     X509_STORE_CTX_init(context.get(), store_.get(), certificate, SSL_get_peer_cert_chain(ssl)) == 1 &&
                     X509_STORE_CTX_set_default(context.get(), "ssl_client") == 1;
  if (!ready) {
    ERR_clear_error();
    return X509_V_ERR_OUT_OF_MEM;
  }
  X509_VERIFY_PARAM* const terms = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(terms, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_auth_level(terms, SSL_get_security_level(ssl));
  X509_VERIFY_PARAM_set_depth(terms, most_intermediates);
  const int error = verify(context.get());
  if (error == X509_V_OK && validity != nullptr) {
    *validity = CertificateValidity::of_chain(X509_STORE_CTX_get0_chain(context.get()));
  }
  return error;
}

std::vector<std::string> ClientTrust::notes(std::int64_t now) const {
  std::vector<std::string> all = notes_;
  for (const Authority& authority : authorities_) {
    const X509* const certificate = authority.certificate.get();
    const auto from = crypto::seconds_of(X509_get0_notBefore(certificate));
    const auto until = crypto::seconds_of(X509_get0_notAfter(certificate));
    const std::string subject = file_.string() + ": the CA " + crypto::subject_of(certificate);
    if (until && *until < now) {
      all.push_back(subject + " expired at " + crypto::text_of_time(*until) +
                    ": clients that it certifies are refused");
    } else if (from && *from > now) {
      all.push_back(subject + " is not valid before " + crypto::text_of_time(*from) +
                    ": until then clients that it certifies are refused");
    }
  }
  if (crls_) all.insert(all.end(), crls_->notes().begin(), crls_->notes().end());
  return all;
}

std::vector<RevocationLists::Times> ClientTrust::crl_times() const {
  return crls_ ? crls_->times() : std::vector<RevocationLists::Times>();
}

}  // namespace tacit::http
