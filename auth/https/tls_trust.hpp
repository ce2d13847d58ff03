// TLS settings of the connections that Tacit makes as a client.
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

/// The trusted authorities and the other TLS settings: 1.2 or 1.3, AEAD suites with forward secrecy. Immutable.
class TlsTrust {
 public:
  /// Trusts the authorities of a PEM file, or the system's if `ca` is empty. The error is a sentence.
  static boost::system::result<std::shared_ptr<const TlsTrust>, std::string> load(const std::filesystem::path& ca);
  ~TlsTrust();
  TlsTrust(const TlsTrust&) = delete;
  TlsTrust& operator=(const TlsTrust&) = delete;

  /// For creating streams; must not be modified.
  boost::asio::ssl::context& context() const { return *context_; }

 private:
  explicit TlsTrust(std::unique_ptr<boost::asio::ssl::context> context);
  std::unique_ptr<boost::asio::ssl::context> context_;
};

/// Sets the host name or address that the server's certificate must be for. False if out of memory.
bool expect_host(SSL* ssl, const std::string& host);

}  // namespace tacit::auth
