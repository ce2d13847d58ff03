// Fetches an issuer's keys from the configured source: its metadata and JWKS URL, or its key file. With discovery it
// also obtains the issuer's introspection endpoint.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "auth/https/https_client.hpp"
#include "auth/issuers/issuer_metadata.hpp"
#include "auth/model/issuer_config.hpp"
#include "auth/tokens/jwk.hpp"

namespace tacit::auth {

/// The result of a fetch. `failure` is empty if every part succeeded.
struct FetchedKeys {
  std::optional<KeySet> keys;
  std::optional<std::chrono::seconds> fresh_for;
  std::string failure;
};

/// Used on the executor's thread. Must outlive its fetches.
class KeyFetch {
 public:
  KeyFetch(boost::asio::any_io_executor executor, std::shared_ptr<const IssuerConfig> config,
           std::shared_ptr<const TlsTrust> trust);

  /// Whether a fetch sends requests; if not, it reads the key file, if the configuration has one.
  bool asks_network() const { return client_ != nullptr; }
  /// Each request ends within fetch_timeout. Throws nothing.
  boost::asio::awaitable<FetchedKeys> fetch();
  /// From the metadata of the last fetch that obtained it.
  const std::optional<HttpsUrl>& introspection_endpoint() const { return introspection_; }
  /// Ends requests in progress, and later ones at once.
  void close();

 private:
  boost::asio::awaitable<FetchedKeys> fetch_parts();
  boost::asio::awaitable<boost::system::result<IssuerMetadata, std::string>> discover(FetchedKeys& fetched);
  boost::asio::awaitable<std::optional<HttpsUrl>> find_keys_url(FetchedKeys& fetched);
  boost::asio::awaitable<void> fetch_set(HttpsUrl url, FetchedKeys& fetched);

  const std::shared_ptr<const IssuerConfig> config_;
  std::unique_ptr<HttpsClient> client_;  ///< null if nothing is fetched
  std::optional<HttpsUrl> introspection_;
};

}  // namespace tacit::auth
