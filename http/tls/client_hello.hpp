// Limits the lists of a TLS client hello, because OpenSSL processes some of them in more than linear time.
#pragma once

#include <openssl/ssl.h>

namespace tacit::http {

/// Makes the context refuse a hello with a list that is much longer than those of real clients, with the alert
/// illegal_parameter, before OpenSSL processes it. OpenSSL looks up the group of each key share in the client's list of
/// groups: a hello of 60 KiB occupied the thread for 54 ms. It also checks each ticket and decodes each name. Within
/// these limits a hello takes at most 0.3 ms (measured with OpenSSL 3.0). Also applies to the second hello after a
/// HelloRetryRequest.
void limit_client_hello(SSL_CTX* context);

}  // namespace tacit::http
