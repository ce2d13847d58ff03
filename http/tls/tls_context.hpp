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
  std::filesystem::path ticket_keys{};    ///< if given, servers with the same keys resume each other's sessions
  std::filesystem::path client_crl{};     ///< PEM; if given, certificates that it does not cover are refused
};

struct TlsError {
  std::string message;  ///< one sentence that names the file
};

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;
/// The same, shared by the accepting threads.
using SharedTlsContext = std::shared_ptr<SSL_CTX>;

/// The expiry of the context's leaf certificate, usually the first of the chain to expire, in seconds since 1970;
/// std::nullopt without a certificate.
std::optional<std::int64_t> certificate_expiry(SSL_CTX* context);

/// Loads the files and checks that they match and that only owner and group can access the key. The context is
/// immutable afterwards and shared by all threads.
boost::system::result<TlsContext, TlsError> make_tls_context(const TlsFiles& files);

}  // namespace tacit::http
