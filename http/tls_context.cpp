#include "http/tls_context.hpp"

#include <sys/stat.h>

#include <cstring>
#include <ctime>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "http/ticket_keys.hpp"

namespace tacit::http {
namespace {

TlsError why(const std::string& sentence) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  // Of a system error OpenSSL keeps the number alone; it is the first in the queue.
  const unsigned long first = ERR_peek_error();
  if (ERR_SYSTEM_ERROR(first)) reason = std::strerror(ERR_GET_REASON(first));
  ERR_clear_error();
  return TlsError{reason != nullptr ? sentence + ": " + reason : sentence};
}

/// What holds for every listener, whoever its clients are.
void set_common_options(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // Forward secret AEAD suites only; TLS 1.3 has no others.
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                   SSL_OP_CLEANSE_PLAINTEXT);  // requests carry values
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);  // header and body of a record by one system call
  // Sessions live in the clients' tickets; a table of them here would be locked by every handshake.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
}

bool is_for_others(const std::filesystem::path& file) {
  struct stat status {};
  return ::stat(file.c_str(), &status) == 0 && (status.st_mode & S_IRWXO) != 0;
}

bool require_client_certificates(SSL_CTX* context, const std::string& file) {
  if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) return false;
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr) return false;
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT);
  // A resumed session would carry an identity that was proved before; here it is proved on each connection.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  return true;
}

}  // namespace

std::optional<std::int64_t> certificate_expiry(SSL_CTX* context) {
  const X509* const certificate = context != nullptr ? SSL_CTX_get0_certificate(context) : nullptr;
  if (certificate == nullptr) return std::nullopt;
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) != 1) return std::nullopt;
  return ::timegm(&time);
}

boost::system::result<TlsContext, TlsError> make_tls_context(const TlsFiles& files) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return why("cannot set up TLS");
  set_common_options(context.get());
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return why("cannot use the certificate in " + files.certificate.string());
  }
  if (is_for_others(files.certificate_key)) {
    return TlsError{files.certificate_key.string() + ": others than its owner and group may use it; chmod o= it"};
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.certificate_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return why("cannot use the private key in " + files.certificate_key.string());
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return why("the private key in " + files.certificate_key.string() + " is not that of " +
               files.certificate.string());
  }
  if (!files.ticket_keys.empty()) {
    auto keys = TicketKeys::load(files.ticket_keys);
    if (keys.has_error()) return TlsError{keys.error()};
    if (!TicketKeys::use(context.get(), std::move(*keys))) return why("cannot use session ticket keys");
  }
  if (!files.client_ca.empty() && !require_client_certificates(context.get(), files.client_ca.string())) {
    return why("cannot use the client CA in " + files.client_ca.string());
  }
  return context;
}

}  // namespace tacit::http
