#include "auth/issuers/key_fetch.hpp"

#include <exception>
#include <utility>

#include "auth/https/http_caching.hpp"
#include "auth/issuers/issuer_files.hpp"

namespace tacit::auth {
namespace {

namespace asio = boost::asio;
using boost::system::result;
using std::chrono::steady_clock;

bool needs_metadata(const IssuerConfig& config) {
  return config.keys == IssuerConfig::Keys::discovery || config.introspection == IssuerConfig::Introspection::discovery;
}

void add_failure(std::string& failures, const std::string& failure) {
  if (!failures.empty()) failures += "; ";
  failures += failure;
}

}  // namespace

KeyFetch::KeyFetch(asio::any_io_executor executor, std::shared_ptr<const IssuerConfig> config,
                   std::shared_ptr<const TlsTrust> trust)
    : config_(std::move(config)) {
  if (!config_->fetches_keys() && !needs_metadata(*config_)) return;
  HttpsClient::Limits limits;
  limits.connections = 1;
  client_ = std::make_unique<HttpsClient>(std::move(executor), std::move(trust), limits);
}

void KeyFetch::close() {
  if (client_) client_->close();
}

/// Turns exceptions, such as lack of memory, into a failed fetch.
asio::awaitable<FetchedKeys> KeyFetch::fetch() {
  FetchedKeys failed;
  try {
    FetchedKeys fetched = co_await fetch_parts();
    co_return fetched;
  } catch (const std::exception&) {
    failed.failure = "internal error, such as lack of memory";
  }
  co_return failed;
}

asio::awaitable<FetchedKeys> KeyFetch::fetch_parts() {
  FetchedKeys fetched;
  if (config_->keys == IssuerConfig::Keys::file) {
    auto keys = load_keys(*config_);
    if (keys.has_error()) {
      add_failure(fetched.failure, keys.error());
    } else {
      fetched.keys = std::move(*keys);
    }
  }
  std::optional<HttpsUrl> url = co_await find_keys_url(fetched);
  if (url && config_->fetches_keys()) co_await fetch_set(std::move(*url), fetched);
  co_return fetched;
}

/// Reads the metadata, if any is needed, for the URL of the keys and the introspection endpoint.
asio::awaitable<std::optional<HttpsUrl>> KeyFetch::find_keys_url(FetchedKeys& fetched) {
  std::optional<HttpsUrl> jwks;
  if (needs_metadata(*config_)) {
    auto metadata = co_await discover(fetched);
    if (metadata.has_error()) {
      add_failure(fetched.failure, metadata.error());
    } else {
      jwks = std::move(metadata->jwks);
      introspection_ = std::move(metadata->introspection);
      if (!jwks && config_->keys == IssuerConfig::Keys::discovery) {
        add_failure(fetched.failure, "its metadata has no jwks_uri");
      }
    }
  }
  if (config_->keys == IssuerConfig::Keys::url) {
    auto url = parse_https_url(config_->jwks_url);
    if (url.has_error()) {
      add_failure(fetched.failure, "its key URL " + url.error());
    } else {
      jwks = std::move(*url);
    }
  }
  co_return jwks;
}

/// Tries both metadata URLs; the second only if the host responded to the first.
asio::awaitable<result<IssuerMetadata, std::string>> KeyFetch::discover(FetchedKeys& fetched) {
  const auto urls = metadata_urls(config_->issuer);
  if (urls.has_error()) co_return urls.error();
  std::string failures;
  for (const HttpsUrl& url : *urls) {
    HttpsRequest request = make_get(url, largest_key_document);
    const auto deadline = steady_clock::now() + config_->fetch_timeout;
    const HttpsClient::Outcome answer = co_await client_->send(std::move(request), deadline);
    if (answer.has_value()) {
      fetched.fresh_for = freshness(answer->cache_control, answer->age);
      co_return parse_metadata(answer->body.text(), config_->issuer);
    }
    add_failure(failures, "asking for " + url.target + ": " + answer.error().message);
    if (answer.error().status == 0) break;
  }
  co_return failures;
}

asio::awaitable<void> KeyFetch::fetch_set(HttpsUrl url, FetchedKeys& fetched) {
  HttpsRequest request = make_get(url, largest_key_document);
  const auto deadline = steady_clock::now() + config_->fetch_timeout;
  const HttpsClient::Outcome answer = co_await client_->send(std::move(request), deadline);
  if (answer.has_error()) {
    add_failure(fetched.failure, "asking for its keys: " + answer.error().message);
    co_return;
  }
  fetched.fresh_for = freshness(answer->cache_control, answer->age);
  auto keys = KeySet::parse(answer->body.text());
  if (keys.has_error()) {
    add_failure(fetched.failure, "its keys cannot be used: " + keys.error());
  } else {
    fetched.keys = std::move(*keys);
  }
}

}  // namespace tacit::auth
