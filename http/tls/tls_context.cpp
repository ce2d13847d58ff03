#include "http/tls/tls_context.hpp"

#include <sys/stat.h>

#include <utility>
#include <vector>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "crypto/certificates/certificates.hpp"
#include "http/client_certificates/client_trust.hpp"
#include "http/tls/alpn.hpp"
#include "http/tls/client_hello.hpp"
#include "http/tls/ticket_keys.hpp"

namespace tacit::http {
namespace {

/// Keys are not read with functions that ask for passphrases, so this is never called. It replaces OpenSSL's callback,
/// which would prompt on the terminal.
int refuse_passphrase(char*, int, int, void*) { return -1; }

/// Allows only groups whose key exchange takes less than a millisecond, because the client chooses the group. OpenSSL's
/// default list has finite-field groups (RFC 7919), the largest of which blocks the thread for 120 ms. CPU time of a
/// key exchange with OpenSSL 3.0: X25519 0.08 ms, P-256 0.12 ms, X448 0.4 ms, P-521 0.8 ms; but P-384 2 ms, because it
/// has no fast code for this curve. OpenSSL 3.5 has.
void set_groups(SSL_CTX* context) {
  if (SSL_CTX_set1_groups_list(context, "X25519MLKEM768:X25519:P-256:X448:P-384:P-521") == 1) return;
  ERR_clear_error();  // X25519MLKEM768 needs OpenSSL 3.5
  SSL_CTX_set1_groups_list(context, "X25519:P-256:X448:P-521");
}

/// Options common to all listeners.
void set_common_options(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // Forward secret AEAD suites only; TLS 1.3 has no others.
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                   SSL_OP_CLEANSE_PLAINTEXT);  // requests contain secret values
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // SSL_read returns after a record without data, such as a key update, instead of continuing (tls_transport.hpp).
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  choose_protocol(context);
  limit_client_hello(context);
  set_groups(context);
  SSL_CTX_set_read_ahead(context, 1);  // read a record's header and body with one system call
  // Sessions are kept in the clients' tickets; a server-side cache would be locked by every handshake.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
}

bool is_for_others(const std::filesystem::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0;
}

/// Describes OpenSSL's reason for refusing a certificate; empty for other reasons.
std::string reason_of_refusal() {
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  ERR_clear_error();
  switch (reason) {
    case SSL_R_EE_KEY_TOO_SMALL:
    case SSL_R_CA_KEY_TOO_SMALL:
      return ": its key is too weak for TLS";
    case SSL_R_CA_MD_TOO_WEAK:
      return ": its signature uses a digest that is too weak for TLS";
    case SSL_R_UNKNOWN_CERTIFICATE_TYPE:
      return ": its key has a type that TLS does not support";
    default:
      return {};
  }
}

/// The position of the key's certificate in the chain, from 1; 0 if it is not there.
std::size_t place_of_key(const std::vector<crypto::CertificatePtr>& chain, const EVP_PKEY* key) {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const bool fits = X509_check_private_key(chain[i].get(), key) == 1;
    ERR_clear_error();
    if (fits) return i + 1;
  }
  return 0;
}

std::optional<std::string> use_chain(SSL_CTX* context, const TlsFiles& files,
                                     const std::vector<crypto::CertificatePtr>& chain) {
  const std::string name = files.certificate.string();
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
    return name + ": the certificate of " + crypto::subject_of(chain.front().get()) + " cannot be used" +
           reason_of_refusal();
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1) continue;
    return name + ": the certificate of " + crypto::subject_of(chain[i].get()) + " cannot be used" +
           reason_of_refusal();
  }
  return std::nullopt;
}

std::optional<std::string> use_key(SSL_CTX* context, const TlsFiles& files,
                                   const std::vector<crypto::CertificatePtr>& chain) {
  const std::string name = files.certificate_key.string();
  const auto key = crypto::load_private_key(files.certificate_key);
  if (key.has_error()) return key.error().message;
  const std::size_t place = place_of_key(chain, key->get());
  if (place == 0) {
    return name + ": the private key does not belong to the certificate of " + crypto::subject_of(chain.front().get()) +
           " in " + files.certificate.string();
  }
  if (place > 1) {
    return files.certificate.string() + ": the certificate that belongs to the private key is number " +
           std::to_string(place) + " in the file; it must be the first, before those of its issuers";
  }
  if (SSL_CTX_use_PrivateKey(context, key->get()) == 1) return std::nullopt;
  return name + ": the private key cannot be used" + reason_of_refusal();
}

std::optional<std::string> use_certificate(SSL_CTX* context, const TlsFiles& files) {
  const auto chain = crypto::load_certificates(files.certificate, crypto::Beside::keys);
  if (chain.has_error()) return chain.error().message;
  if (is_for_others(files.certificate_key)) {
    return files.certificate_key.string() + ": users other than its owner and group can access it; run chmod o= on it";
  }
  if (auto fault = use_chain(context, files, *chain)) return fault;
  return use_key(context, files, *chain);
}

std::optional<std::string> require_client_certificates(SSL_CTX* context, const TlsFiles& files) {
  auto trust = ClientTrust::load(files.client_ca, files.client_crl, SSL_CTX_get_security_level(context));
  if (trust.has_error()) return trust.error();
  if (!ClientTrust::use(context, std::move(*trust))) return "out of memory for " + files.client_ca.string();
  // Sessions are not resumed: each connection must prove the client's identity again.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> certificate_expiry(SSL_CTX* context) {
  const X509* const certificate = context != nullptr ? SSL_CTX_get0_certificate(context) : nullptr;
  if (certificate == nullptr) return std::nullopt;
  return crypto::seconds_of(X509_get0_notAfter(certificate));
}

boost::system::result<TlsContext, TlsError> make_tls_context(const TlsFiles& files) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return TlsError{"TLS cannot be set up: out of memory, or OpenSSL's configuration is invalid"};
  set_common_options(context.get());
  if (auto fault = use_certificate(context.get(), files)) return TlsError{std::move(*fault)};
  if (!files.ticket_keys.empty()) {
    auto keys = TicketKeys::load(files.ticket_keys);
    if (keys.has_error()) return TlsError{keys.error()};
    if (!TicketKeys::use(context.get(), std::move(*keys))) return TlsError{"session ticket keys cannot be used"};
  }
  if (!files.client_ca.empty()) {
    if (auto fault = require_client_certificates(context.get(), files)) return TlsError{std::move(*fault)};
  }
  return context;
}

}  // namespace tacit::http
