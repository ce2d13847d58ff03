#include "auth/https/tls_trust.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>

#include <optional>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "crypto/certificates/certificates.hpp"

namespace tacit::auth {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Trusts the authorities of a PEM file, including those whose own issuer is not in the file.
std::optional<std::string> trust_file(SSL_CTX* context, const std::filesystem::path& ca) {
  const auto certificates = crypto::load_certificates(ca, crypto::Beside::nothing);
  if (certificates.has_error()) return certificates.error().message;
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  for (const crypto::CertificatePtr& certificate : *certificates) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) == 1) continue;
    ERR_clear_error();
    return ca.string() + ": the certificate of " + crypto::subject_of(certificate.get()) + " cannot be used";
  }
  return std::nullopt;
}

/// SSL_set_tlsext_host_name without the cast in that macro; the name is copied.
bool set_server_name(SSL* ssl, const std::string& host) {
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str())) == 1;
}

}  // namespace

TlsTrust::TlsTrust(std::unique_ptr<asio::ssl::context> context) : context_(std::move(context)) {}
TlsTrust::~TlsTrust() = default;

boost::system::result<std::shared_ptr<const TlsTrust>, std::string> TlsTrust::load(const std::filesystem::path& ca) {
  auto made = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX* context = made->native_handle();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  ERR_clear_error();
  if (ca.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) {
      ERR_clear_error();
      return "the system's certificate authorities cannot be read";
    }
  } else if (auto fault = trust_file(context, ca)) {
    return "the certificate authorities cannot be used: " + std::move(*fault);
  }
  return std::shared_ptr<const TlsTrust>(new TlsTrust(std::move(made)));
}

bool expect_host(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* terms = SSL_get0_param(ssl);
  error_code no_address;
  asio::ip::make_address(host, no_address);
  // An address is checked against the certificate but not sent as the server name (RFC 6066 section 3).
  if (!no_address) return X509_VERIFY_PARAM_set1_ip_asc(terms, host.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(terms, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return SSL_set1_host(ssl, host.c_str()) == 1 && set_server_name(ssl, host);
}

}  // namespace tacit::auth
