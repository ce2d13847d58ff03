// The TLS settings of a listener: TLS 1.2 and 1.3, the server's own chain, and on the tool plane the clients' CA.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <openssl/ssl.h>

namespace tacit::http {

struct TlsFiles {
  std::filesystem::path certificate;      ///< PEM, the whole chain, leaf first
  std::filesystem::path certificate_key;  ///< PEM
  std::filesystem::path client_ca;        ///< PEM; if given, a client must present a certificate that chains to it
  std::filesystem::path ticket_keys{};    ///< if given, sessions are resumed on all servers that have the same
  std::filesystem::path client_crl{};     ///< PEM; if given, no client gets in whose certificate it does not cover
};

struct TlsError {
  std::string message;  ///< one sentence that names the file
};

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;
/// The same, held by every thread that accepts with it.
using SharedTlsContext = std::shared_ptr<SSL_CTX>;

/// When the context's certificate is no longer valid, in seconds since 1970; nothing if it has none. Of the chain the
/// leaf counts, which has the shortest life.
std::optional<std::int64_t> certificate_expiry(SSL_CTX* context);

/// Loads the files and checks that they belong together, and that nobody but owner and group may use the key. Immutable
/// afterwards, so all threads share one.
boost::system::result<TlsContext, TlsError> make_tls_context(const TlsFiles& files);

}  // namespace tacit::http
