// Selects the protocol of a TLS client (ALPN, RFC 7301).
#pragma once

#include <openssl/ssl.h>

namespace tacit::http {

/// Makes the context select `http/1.1`, or else `http/1.0`, the only one that `curl --http1.0` offers. A client that
/// offers neither gets the alert no_application_protocol. Clients without ALPN are served.
void choose_protocol(SSL_CTX* context);

}  // namespace tacit::http
