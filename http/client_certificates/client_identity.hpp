// A tool runtime's identity, from its verified certificate.
#pragma once

#include <string>

#include <openssl/ssl.h>

namespace tacit::http {

struct ClientIdentity {
  std::string name;
  /// The certificate has several names of the deciding kind (a SPIFFE certificate has exactly one URI), so its identity
  /// is unclear. The name is then a fingerprint.
  bool ambiguous = false;
};

/// "uri:…", else "dns:…", else "cn:…": the certificate's name of the first kind that it has (RFC 5280 sections 4.2.1.6
/// and 4.1.2.6). Of several DNS names the first counts; several URIs or common names are ambiguous. "certificate:" and
/// the certificate's SHA-256 if it has no name, or one that no identity may have (auth/identity_name.hpp; for example
/// with a NUL, which could truncate it): only for the audit, and granted no tools. Empty without a certificate.
ClientIdentity client_identity(const SSL* ssl);
ClientIdentity identity_of(X509* certificate);

/// The name of the certificate that a client presented, verified or not, for the log. Empty without one.
std::string presented_name(const SSL* ssl);

}  // namespace tacit::http
