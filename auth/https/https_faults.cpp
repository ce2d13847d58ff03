#include "auth/https/https_faults.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>

#include <cerrno>
#include <cstdio>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace tacit::auth {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

bool is_of_system(error_code error) {
  return error.category() == boost::system::system_category() || error.category() == boost::system::generic_category();
}

// The number of an error without a description here, so that an operator can look it up.
std::string number_of(unsigned long code) {
  char text[32];
  static_cast<void>(std::snprintf(text, sizeof text, "%08lX", code));
  return text;
}

// Describes OpenSSL's code of a TLS failure.
std::string describe_tls(unsigned long code) {
  switch (ERR_GET_REASON(code)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return "it does not speak TLS there; check the port";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return "it speaks neither TLS 1.2 nor 1.3";
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
      return "it has no cipher suite in common with Tacit (only AEAD suites with forward secrecy), or wants a "
             "client certificate";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return "it wants a client certificate, and Tacit has none for issuers";
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
      return "it does not serve that host name";
    case SSL_R_TLSV1_ALERT_INTERNAL_ERROR:
      return "it reported an internal error during the TLS handshake";
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_EE_KEY_TOO_SMALL:
      return "its key is too short to be secure";
    default:
      return "TLS failed (OpenSSL's error " + number_of(code) + ")";
  }
}

}  // namespace

std::string describe_failure(error_code error) {
  if (error == http::error::body_limit) return "its answer is too large";
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return "the header of its answer is too large";
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message || error == asio::error::eof ||
      error == asio::ssl::error::stream_truncated) {
    return "it closed the connection before its answer was complete";
  }
  if (error.category() == http::make_error_code(http::error::bad_version).category()) {
    return "its answer is not valid HTTP";
  }
  if (error.category() == asio::error::get_ssl_category())
    return describe_tls(static_cast<unsigned long>(error.value()));
  return is_of_system(error) ? "the connection failed: " + error.message() : "the connection failed";
}

std::string describe_no_connection(error_code error) {
  if (error.value() == ECONNREFUSED && is_of_system(error))
    return "connecting failed: nothing listens at its address and port";
  if ((error.value() == ENETUNREACH || error.value() == EHOSTUNREACH) && is_of_system(error)) {
    return "connecting failed: there is no route to its address";
  }
  return is_of_system(error) ? "connecting failed: " + error.message() : "connecting failed";
}

std::string describe_handshake(SSL* ssl, error_code error) {
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) return "its certificate is not accepted: " + describe_certificate(verdict);
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    return "the TLS handshake failed: it closed the connection";
  }
  return "the TLS handshake failed: " + describe_failure(error);
}

std::string describe_certificate(long verdict) {
  switch (verdict) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return "its authority is not trusted, or it came without intermediate certificates; set ca to a file with its "
             "authority";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "it is self-signed; set ca to a file with it";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "the authority at the top of its chain is not trusted; set ca to a file with that authority";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "it, or one above it, has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "it, or one above it, is not valid yet; check the clocks";
    case X509_V_ERR_HOSTNAME_MISMATCH:
      return "it names another host";
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "it names another address";
    case X509_V_ERR_INVALID_PURPOSE:
      return "it is not a server certificate";
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
      return "a certificate above it may not issue certificates";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "its signature is wrong";
    case X509_V_ERR_CERT_REVOKED:
      return "it is revoked";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "it, or one above it, has a key or hash too weak to be secure";
    default:
      return "it does not pass verification (OpenSSL's verdict " + std::to_string(verdict) + ")";
  }
}

}  // namespace tacit::auth
