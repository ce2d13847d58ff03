// Whom Tacit believes where it is the client: the terms of its own TLS connections.
#pragma once

#include <boost/system/result.hpp>

#include <filesystem>
#include <memory>
#include <string>

#include <openssl/types.h>

namespace boost::asio::ssl {
class context;
}

namespace tacit::auth {

/// Whose certificates are believed, and the other terms of TLS: 1.2 or 1.3, forward secret AEAD suites. Immutable.
class TlsTrust {
 public:
  /// Trusts the authorities of a PEM file, or the system's if `ca` is empty. The error is a sentence.
  static boost::system::result<std::shared_ptr<const TlsTrust>, std::string> load(const std::filesystem::path& ca);
  ~TlsTrust();
  TlsTrust(const TlsTrust&) = delete;
  TlsTrust& operator=(const TlsTrust&) = delete;

  /// To make streams with; nothing of it may be set.
  boost::asio::ssl::context& context() const { return *context_; }

 private:
  explicit TlsTrust(std::unique_ptr<boost::asio::ssl::context> context);
  std::unique_ptr<boost::asio::ssl::context> context_;
};

/// Names whom the other end of a handshake has to prove to be: a host, or an address. False if memory is short.
bool expect_host(SSL* ssl, const std::string& host);

}  // namespace tacit::auth
