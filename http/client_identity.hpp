// Who a tool runtime is, from its verified certificate.
#pragma once

#include <string>

#include <openssl/ssl.h>

namespace tacit::http {

/// "uri:…", else "dns:…", else "cn:…": of the first kind that the certificate has, its first name (RFC 5280
/// sections 4.2.1.6 and 4.1.2.6). "certificate:" and its SHA-256 if it has no name, or one that is not of visible ASCII
/// alone (a NUL in it may be meant to cut it short): that is for the audit, and can be granted nothing. Empty without a
/// certificate.
std::string client_identity(const SSL* ssl);

}  // namespace tacit::http
