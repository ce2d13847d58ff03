// Who a tool runtime is, from its verified certificate.
#pragma once

#include <string>

#include <openssl/ssl.h>

namespace tacit::http {

struct ClientIdentity {
  std::string name;
  /// The certificate has several names of the kind that decides (a SPIFFE certificate has exactly one URI): whose it is
  /// cannot be told. The name is then a fingerprint.
  bool ambiguous = false;
};

/// "uri:…", else "dns:…", else "cn:…": of the first kind that the certificate has, its name (RFC 5280 sections 4.2.1.6
/// and 4.1.2.6); of several DNS names the first, while several URIs or common names are ambiguous. "certificate:" and
/// its SHA-256 if it has no name, or one that no identity may have (auth/identity_name.hpp; a NUL in it may be meant to
/// cut it short): that is for the audit, and can be granted nothing. Empty without a certificate.
ClientIdentity client_identity(const SSL* ssl);
ClientIdentity identity_of(X509* certificate);

/// For the log: the certificate that a client presented, proved or not. Empty if there is none.
std::string presented_name(const SSL* ssl);

}  // namespace tacit::http
