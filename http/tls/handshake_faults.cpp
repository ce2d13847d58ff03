#include "http/tls/handshake_faults.hpp"

#include <algorithm>
#include <array>

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

namespace tacit::http {
namespace {

struct Row {
  int error;
  HandshakeFault fault;
};

constexpr HandshakeFault unknown_issuer{
    "certificate_untrusted", "the client's certificate has an unknown issuer: no CA in tool-client-ca issued it", true};
constexpr HandshakeFault bad_signature{"certificate_untrusted", "the client's certificate has a wrong signature", true};
constexpr HandshakeFault wrong_purpose{
    "certificate_purpose", "the client's certificate is for another purpose: its usages do not allow clients", true};
constexpr HandshakeFault wrong_authority{
    "certificate_untrusted", "an issuer of the client's certificate is not a CA, or may not issue it", true};
constexpr HandshakeFault too_weak{
    "certificate_weak", "the client's certificate, or its issuer's, has a key or a digest that is too weak", true};
constexpr HandshakeFault bad_times{"certificate_untrusted", "the client's certificate has invalid validity times",
                                   true};

constexpr std::array certificate_rows{
    Row{X509_V_ERR_CERT_HAS_EXPIRED,
        {"certificate_expired", "the client's certificate, or its issuer's, has expired", true}},
    Row{X509_V_ERR_CERT_NOT_YET_VALID,
        {"certificate_not_yet_valid", "the client's certificate, or its issuer's, is not yet valid", true}},
    Row{X509_V_ERR_CERT_REVOKED,
        {"certificate_revoked", "the client's certificate, or its issuer's, is revoked", true}},
    Row{X509_V_ERR_UNABLE_TO_GET_CRL,
        {"certificate_without_crl",
         "no CRL in tool-client-crl covers the client's certificate or its issuer's, so it is refused", true}},
    Row{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, unknown_issuer},
    Row{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, unknown_issuer},
    Row{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, unknown_issuer},
    Row{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, unknown_issuer},
    Row{X509_V_ERR_CERT_UNTRUSTED, unknown_issuer},
    Row{X509_V_ERR_CERT_REJECTED, unknown_issuer},
    Row{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
        {"certificate_untrusted", "the client's certificate is self-signed, and not in tool-client-ca", true}},
    Row{X509_V_ERR_CERT_SIGNATURE_FAILURE, bad_signature},
    Row{X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, bad_signature},
    Row{X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, bad_signature},
    Row{X509_V_ERR_INVALID_PURPOSE, wrong_purpose},
    Row{X509_V_ERR_INVALID_CA, wrong_authority},
    Row{X509_V_ERR_KEYUSAGE_NO_CERTSIGN, wrong_authority},
    Row{X509_V_ERR_PATH_LENGTH_EXCEEDED, wrong_authority},
    Row{X509_V_ERR_PERMITTED_VIOLATION, wrong_authority},
    Row{X509_V_ERR_EXCLUDED_VIOLATION, wrong_authority},
    Row{X509_V_ERR_SUBTREE_MINMAX, wrong_authority},
    Row{X509_V_ERR_CERT_CHAIN_TOO_LONG,
        {"certificate_untrusted", "the client's certificate has a chain that is too long", true}},
    Row{X509_V_ERR_EE_KEY_TOO_SMALL, too_weak},
    Row{X509_V_ERR_CA_KEY_TOO_SMALL, too_weak},
    Row{X509_V_ERR_CA_MD_TOO_WEAK, too_weak},
    Row{X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, bad_times},
    Row{X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, bad_times},
};
constexpr HandshakeFault other_certificate{"certificate_untrusted", "the client's certificate does not verify", true};

constexpr HandshakeFault not_tls{"not_tls", "the client did not send TLS"};
constexpr HandshakeFault old_protocol{"protocol_version", "the client supports neither TLS 1.2 nor TLS 1.3"};
constexpr HandshakeFault no_common_terms{
    "no_common_terms", "the client and this server have no cipher suite, group or signature algorithm in common"};
constexpr HandshakeFault plain_http{"plain_http", "the client speaks plain HTTP, and this port speaks HTTPS"};

constexpr std::array handshake_rows{
    Row{SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, {"certificate_missing", "the client has no certificate", true}},
    Row{SSL_R_CERTIFICATE_VERIFY_FAILED, other_certificate},
    Row{SSL_R_BAD_SIGNATURE,
        {"certificate_not_proved", "the client did not prove that it has its certificate's key", true}},
    Row{SSL_R_HTTP_REQUEST, plain_http},
    Row{SSL_R_HTTPS_PROXY_REQUEST, plain_http},
    Row{SSL_R_WRONG_VERSION_NUMBER, not_tls},
    Row{SSL_R_UNKNOWN_PROTOCOL, not_tls},
    Row{SSL_R_PACKET_LENGTH_TOO_LONG, not_tls},
    Row{SSL_R_RECORD_LENGTH_MISMATCH, not_tls},
    Row{SSL_R_UNSUPPORTED_PROTOCOL, old_protocol},
    Row{SSL_R_VERSION_TOO_LOW, old_protocol},
    Row{SSL_R_BAD_PROTOCOL_VERSION_NUMBER, old_protocol},
    Row{SSL_R_INAPPROPRIATE_FALLBACK, old_protocol},
    Row{SSL_R_NO_PROTOCOLS_AVAILABLE, old_protocol},
    Row{SSL_R_NO_SHARED_CIPHER, no_common_terms},
    Row{SSL_R_NO_SUITABLE_KEY_SHARE, no_common_terms},
    Row{SSL_R_NO_SUITABLE_GROUPS, no_common_terms},
    Row{SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, no_common_terms},
    Row{SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, no_common_terms},
    Row{SSL_R_NO_CIPHERS_SPECIFIED, no_common_terms},
    Row{SSL_R_NO_APPLICATION_PROTOCOL,
        {"no_application_protocol", "the client offers no supported protocol: http/1.1 is not among its ALPN names"}},
};

constexpr HandshakeFault refused_untrusted{"server_untrusted",
                                           "the client does not trust the issuer of this server's certificate"};
constexpr HandshakeFault refused_certificate{"server_refused", "the client does not accept this server's certificate"};
/// Alerts from the client (RFC 8446 section 6).
constexpr std::array alert_rows{
    Row{SSL_AD_UNKNOWN_CA, refused_untrusted},
    Row{SSL_AD_BAD_CERTIFICATE, refused_certificate},
    Row{SSL_AD_UNSUPPORTED_CERTIFICATE, refused_certificate},
    Row{SSL_AD_CERTIFICATE_UNKNOWN, refused_certificate},
    Row{SSL_AD_CERTIFICATE_REVOKED, {"server_revoked", "the client considers this server's certificate revoked"}},
    Row{SSL_AD_CERTIFICATE_EXPIRED, {"server_expired", "the client considers this server's certificate expired"}},
    Row{SSL_AD_PROTOCOL_VERSION, old_protocol},
    Row{SSL_AD_HANDSHAKE_FAILURE, no_common_terms},
    Row{SSL_AD_INSUFFICIENT_SECURITY, no_common_terms},
};
constexpr HandshakeFault other_alert{"client_alert", "the client aborted the handshake with an alert"};
constexpr HandshakeFault other{"protocol_error", "the client violated the TLS protocol"};
constexpr HandshakeFault too_long{"handshake_too_long", "the client sent more records or bytes than a handshake needs"};
constexpr HandshakeFault proxy_header{
    "proxy_header", "the client sent a PROXY protocol header, and proxy-protocol-from does not name its address"};

template <std::size_t Size>
const HandshakeFault& find(const std::array<Row, Size>& rows, int error, const HandshakeFault& otherwise) {
  const auto found = std::ranges::find(rows, error, &Row::error);
  return found != rows.end() ? found->fault : otherwise;
}

}  // namespace

const HandshakeFault& fault_of_certificate(int error) { return find(certificate_rows, error, other_certificate); }

const HandshakeFault& fault_of_handshake(const SSL* ssl, unsigned long error) {
  const int reason = ERR_GET_REASON(error);
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    return fault_of_certificate(static_cast<int>(SSL_get_verify_result(ssl)));
  }
  if (reason >= SSL_AD_REASON_OFFSET) return find(alert_rows, reason - SSL_AD_REASON_OFFSET, other_alert);
  return find(handshake_rows, reason, other);
}

const HandshakeFault& plain_http_fault() { return plain_http; }
const HandshakeFault& proxy_header_fault() { return proxy_header; }
const HandshakeFault& not_tls_fault() { return not_tls; }
const HandshakeFault& handshake_too_long_fault() { return too_long; }

}  // namespace tacit::http
