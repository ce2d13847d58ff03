// Token introspection (RFC 7662) of opaque tokens, with client credentials in HTTP Basic (RFC 6749 section 2.3.1).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "auth/https/https_client.hpp"
#include "auth/issuers/introspection_cache.hpp"
#include "auth/issuers/issuer.hpp"
#include "auth/issuers/issuer_report.hpp"
#include "auth/issuers/key_refresh.hpp"
#include "auth/model/issuer_config.hpp"

namespace tacit::auth {

/// The value of Authorization: `Basic`, then id and secret, each form-encoded, joined by a colon, in base64.
crypto::WipedBytes basic_credentials(std::string_view client_id, std::string_view client_secret);
/// `token=…&token_type_hint=access_token`.
crypto::WipedBytes introspection_form(std::string_view token);

/// Any thread may ask; the issuers' thread makes the calls. Create with make_shared; must be closed before the
/// executor's context is destroyed.
class Introspection : public std::enable_shared_from_this<Introspection> {
 public:
  Introspection(boost::asio::any_io_executor executor, std::shared_ptr<const IssuerConfig> config,
                std::shared_ptr<const TlsTrust> trust, std::shared_ptr<IssuerReport> report,
                std::shared_ptr<KeyRefresh> refresh);

  /// The issuer's answer about the token, which must live until then; malformed if it is empty, too_large if it exceeds
  /// max_token_size. Resumes on the caller's executor at most answer_grace after fetch_timeout. This object is not
  /// accessed after the wait, so it may be destroyed meanwhile.
  boost::asio::awaitable<IntrospectionAnswer> ask(std::string_view token);

  /// Answers all waiting and all later calls with issuer_unreachable; nothing more is posted to the executor. Call on
  /// the executor's thread, or after it has ended.
  void close();

 private:
  using Call = std::shared_ptr<const IntrospectionCache::Call>;
  using Time = std::chrono::steady_clock::time_point;

  void enlist(const crypto::Digest& digest, std::string_view token, const IntrospectionCache::AnswerWaiter& waiter);
  void start(const Call& call);
  static boost::asio::awaitable<void> make_call(std::shared_ptr<Introspection> self, Call call);
  boost::asio::awaitable<IntrospectionAnswer> fetch_answer(Call call);
  boost::asio::awaitable<std::optional<HttpsUrl>> find_endpoint(Time deadline);
  IntrospectionAnswer judge(const HttpsClient::Outcome& outcome);
  void settle(const crypto::Digest& digest, IntrospectionAnswer answer);

  const std::shared_ptr<const IssuerConfig> config_;
  const std::shared_ptr<IssuerReport> report_;
  const std::shared_ptr<KeyRefresh> refresh_;  ///< provides the endpoint from the metadata
  const boost::asio::any_io_executor executor_;
  const crypto::WipedBytes credentials_;
  HttpsClient client_;  ///< used on the executor's thread

  std::mutex mutex_;  ///< guards the members below
  IntrospectionCache cache_;
  bool closed_ = false;
};

}  // namespace tacit::auth
