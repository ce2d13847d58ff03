// Limits the lists of a TLS client hello, because OpenSSL processes some of them in more than linear time.
#pragma once

#include <openssl/ssl.h>

namespace tacit::http {

/// Makes the context refuse a hello with a list that is much longer than those of real clients, with the alert
/// illegal_parameter, before OpenSSL processes it: a hello of 64 KiB could occupy the thread for 100 ms with key shares
/// (each is looked up in the client's list of groups), and for some milliseconds with session tickets (each is checked)
/// or with cipher suites. Also applies to the second hello after a HelloRetryRequest.
void limit_client_hello(SSL_CTX* context);

}  // namespace tacit::http
