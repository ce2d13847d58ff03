// What is wrong with a server's own certificate, though TLS can be spoken with it: clients that check it do not
// connect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace tacit::http {

/// When certificates are valid, in seconds since 1970.
struct Validity {
  std::string subject;
  std::int64_t from = 0;
  std::int64_t until = 0;

  /// "ended at …" or "is not valid before …". Returns nullopt if it is valid.
  std::optional<std::string> fault(std::int64_t now) const;
};

/// Of the context's certificate, then of the rest of its chain. Those whose times cannot be understood are left out.
std::vector<Validity> validities(SSL_CTX* context);

/// What does not depend on the time: a name that is not the certificate's, no name, a use that it is not for, a chain
/// in the wrong order. `host`: what clients call the server, a name or an address; empty if nobody knows. Phrases to go
/// on "the certificate of …".
std::vector<std::string> certificate_faults(SSL_CTX* context, const std::string& host);

}  // namespace tacit::http
