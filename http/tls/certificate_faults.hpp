// Finds faults of a server's own certificate that do not prevent TLS but make verifying clients refuse it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace tacit::http {

/// A certificate's validity period, in seconds since 1970.
struct Validity {
  std::string subject;
  std::int64_t from = 0;
  std::int64_t until = 0;

  /// "ended at …" or "is not valid before …". Returns nullopt if it is valid.
  std::optional<std::string> fault(std::int64_t now) const;
};

/// The validities of the context's certificate and the rest of its chain. Certificates with malformed times are
/// omitted.
std::vector<Validity> validities(SSL_CTX* context);

/// The faults that do not depend on the time: the wrong name, no name, the wrong use, a chain in the wrong order.
/// `host` is the name or address that clients use for the server; empty if unknown. Clauses that follow "the
/// certificate of …".
std::vector<std::string> certificate_faults(SSL_CTX* context, const std::string& host);

}  // namespace tacit::http
