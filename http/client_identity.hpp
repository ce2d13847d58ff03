// Who a tool runtime is, from its verified certificate.
#pragma once

#include <string>

#include <openssl/ssl.h>

namespace tacit::http {

/// "uri:…", else "dns:…", else "cn:…": of the first kind that the certificate has, its first name (RFC 5280
/// sections 4.2.1.6 and 4.1.2.6). Empty without a certificate, without a name, or if the name is not of visible ASCII
/// alone (a NUL in it may be meant to cut it short).
std::string client_identity(const SSL* ssl);

}  // namespace tacit::http
