#include "auth/tls_trust.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace tacit::auth {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return reason != nullptr ? std::string(": ") + reason : std::string();
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
      return "the system's certificate authorities cannot be read" + openssl_reason();
    }
  } else if (SSL_CTX_load_verify_file(context, ca.c_str()) != 1) {
    return "the certificate authorities in " + ca.string() + " cannot be read" + openssl_reason();
  }
  return std::shared_ptr<const TlsTrust>(new TlsTrust(std::move(made)));
}

bool expect_host(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* terms = SSL_get0_param(ssl);
  error_code no_address;
  asio::ip::make_address(host, no_address);
  // An address goes into the certificate check, but not into the handshake's server name (RFC 6066 section 3).
  if (!no_address) return X509_VERIFY_PARAM_set1_ip_asc(terms, host.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(terms, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return SSL_set1_host(ssl, host.c_str()) == 1 && set_server_name(ssl, host);
}

}  // namespace tacit::auth
