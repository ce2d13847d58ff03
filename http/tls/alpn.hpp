// Which protocol a TLS client gets (ALPN, RFC 7301).
#pragma once

#include <openssl/ssl.h>

namespace tacit::http {

/// From now on clients of the context that offer protocols get `http/1.1`, or else `http/1.0`, which `curl --http1.0`
/// offers alone. If neither is among them, they get the alert no_application_protocol. Clients that offer none are
/// served all the same.
void choose_protocol(SSL_CTX* context);

}  // namespace tacit::http
