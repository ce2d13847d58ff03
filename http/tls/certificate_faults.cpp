#include "http/tls/certificate_faults.hpp"

#include <boost/asio/ip/address.hpp>

#include <memory>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "crypto/certificates/certificates.hpp"

namespace tacit::http {
namespace {

struct NamesDeleter {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

bool has_name_of_server(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, NamesDeleter> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count; ++i) {
    const int type = sk_GENERAL_NAME_value(names.get(), i)->type;
    if (type == GEN_DNS || type == GEN_IPADD) return true;
  }
  return false;
}

bool is_for(X509* certificate, const std::string& host) {
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  if (!no_address) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
  constexpr unsigned strict = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
  return X509_check_host(certificate, host.c_str(), host.size(), strict, nullptr) == 1;
}

/// Faults of the extensions that limit its use.
void add_faults_of_use(X509* certificate, std::vector<std::string>& faults) {
  const std::uint32_t flags = X509_get_extension_flags(certificate);
  if ((flags & EXFLAG_CA) != 0) {
    faults.emplace_back(
        "is a CA certificate (basicConstraints CA:TRUE), which some clients do not accept from a server");
  }
  const bool has_usages = (flags & EXFLAG_XKUSAGE) != 0;
  if (has_usages && (X509_get_extended_key_usage(certificate) & (XKU_SSL_SERVER | XKU_ANYEKU)) == 0) {
    faults.emplace_back("is not a server certificate: its extended key usage lacks serverAuth");
  }
  if ((flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) == 0) {
    faults.emplace_back("cannot sign handshakes: its key usage lacks digitalSignature");
  }
}

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

/// Runs a handshake in memory with a client that verifies nothing: some keys load but work with no common client (DSA,
/// or curves that TLS does not define).
bool can_shake_hands(SSL_CTX* context) {
  const std::unique_ptr<SSL_CTX, SslDeleter> client_context(SSL_CTX_new(TLS_client_method()));
  if (!client_context) return true;
  const std::unique_ptr<SSL, SslDeleter> server(SSL_new(context));
  const std::unique_ptr<SSL, SslDeleter> client(SSL_new(client_context.get()));
  BIO* of_server = nullptr;
  BIO* of_client = nullptr;
  if (!server || !client || BIO_new_bio_pair(&of_server, 0, &of_client, 0) != 1) return true;
  SSL_set_bio(server.get(), of_server, of_server);
  SSL_set_bio(client.get(), of_client, of_client);
  SSL_set_verify(server.get(), SSL_VERIFY_NONE, nullptr);
  SSL_set_accept_state(server.get());
  SSL_set_connect_state(client.get());
  constexpr int most_flights = 20;
  for (int i = 0; i < most_flights && SSL_is_init_finished(server.get()) == 0; ++i) {
    ERR_clear_error();
    SSL_do_handshake(client.get());
    SSL_do_handshake(server.get());
  }
  ERR_clear_error();
  return SSL_is_init_finished(server.get()) == 1;
}

/// Each certificate should be issued by the next one (RFC 5246 section 7.4.2).
void add_faults_of_chain(X509* certificate, STACK_OF(X509) * rest, std::vector<std::string>& faults) {
  X509* child = certificate;
  for (int i = 0; i < sk_X509_num(rest); ++i) {
    X509* const issuer = sk_X509_value(rest, i);
    if (X509_check_issued(issuer, child) != X509_V_OK) {
      faults.push_back("comes with a chain in the wrong order: number " + std::to_string(i + 2) + " in the file, " +
                       crypto::subject_of(issuer) + ", is not the issuer of the one before it");
      return;
    }
    child = issuer;
  }
}

}  // namespace

std::optional<std::string> Validity::fault(std::int64_t now) const {
  if (until < now) return "ended at " + crypto::text_of_time(until);
  if (from > now) return "is not valid before " + crypto::text_of_time(from);
  return std::nullopt;
}

std::vector<Validity> validities(SSL_CTX* context) {
  std::vector<Validity> all;
  const auto add = [&all](const X509* certificate) {
    const auto from = crypto::seconds_of(X509_get0_notBefore(certificate));
    const auto until = crypto::seconds_of(X509_get0_notAfter(certificate));
    if (from && until) all.push_back({crypto::subject_of(certificate), *from, *until});
  };
  const X509* const certificate = SSL_CTX_get0_certificate(context);
  if (certificate == nullptr) return all;
  add(certificate);
  STACK_OF(X509)* rest = nullptr;
  SSL_CTX_get0_chain_certs(context, &rest);
  for (int i = 0; i < sk_X509_num(rest); ++i) add(sk_X509_value(rest, i));
  return all;
}

std::vector<std::string> certificate_faults(SSL_CTX* context, const std::string& host) {
  std::vector<std::string> faults;
  X509* const certificate = SSL_CTX_get0_certificate(context);
  if (certificate == nullptr) return faults;
  if (!has_name_of_server(certificate)) {
    faults.emplace_back(
        "has no subject alternative name with a DNS name or an address, so clients do not accept it for any name");
  } else if (!host.empty() && !is_for(certificate, host)) {
    faults.push_back("is not for " + host + ", the host of public-url");
  }
  add_faults_of_use(certificate, faults);
  if (!can_shake_hands(context)) {
    faults.emplace_back("has a type of key that common clients do not support: a test TLS handshake failed");
  }
  STACK_OF(X509)* rest = nullptr;
  SSL_CTX_get0_chain_certs(context, &rest);
  add_faults_of_chain(certificate, rest, faults);
  ERR_clear_error();
  return faults;
}

}  // namespace tacit::http
