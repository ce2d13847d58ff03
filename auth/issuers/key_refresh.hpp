// One issuer's keys at run time: fetched, kept, given up, and who waits for them. With discovery it is also what learns
// the issuer's introspection endpoint.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "auth/async/async_condition.hpp"
#include "auth/https/https_client.hpp"
#include "auth/issuers/issuer_metadata.hpp"
#include "auth/issuers/issuer_report.hpp"
#include "auth/issuers/refresh_schedule.hpp"
#include "auth/model/issuer_config.hpp"
#include "auth/tokens/jwk.hpp"
#include "crypto/published.hpp"
#include "store/engine/waiter.hpp"

namespace tacit::auth {

using KeySetPtr = std::shared_ptr<const KeySet>;

/// The issuers' thread runs it; other threads ask. Made by make_shared; must be closed before the executor's context is
/// destroyed.
class KeyRefresh : public std::enable_shared_from_this<KeyRefresh> {
 public:
  using Time = RefreshSchedule::Time;

  KeyRefresh(boost::asio::any_io_executor executor, std::shared_ptr<const IssuerConfig> config,
             std::shared_ptr<const TlsTrust> trust, std::shared_ptr<IssuerReport> report, const RefreshTerms& terms);

  /// Reads the key file or takes the shared secret, if that is where the keys are from; the error is a sentence. Before
  /// `run`, on any thread.
  boost::system::result<void, std::string> load();

  // On any thread.

  /// Lives on its own, for a coroutine that was answered may look at it when this is gone.
  const std::shared_ptr<crypto::Published<KeySet>>& published() const { return published_; }
  /// Whether the last fetch brought keys, and none is under way. True of keys that are not fetched.
  bool current() const { return current_.load(std::memory_order_acquire); }
  /// Answers the keys in use (null: none): after a fetch, if one is under way, or if the schedule lets one start.
  void ask(const std::shared_ptr<store::Waiter<KeySetPtr>>& waiter);
  KeyStatus status() const;
  /// Fetches, or reads the file, as soon as it comes to it.
  void force();

  // On the executor's thread, or when that has ended.

  /// Answers all who wait, and from then on at once; nothing is posted to the executor any more.
  void close();

  /// As close(), and `run` ends; the keys go, for this itself may stay for long.
  void retire();

  /// Keeps the keys fresh until it is retired, or it is destroyed with its context. Throws nothing.
  static boost::asio::awaitable<void> run(std::shared_ptr<KeyRefresh> self);
  /// As the issuer's metadata says.
  const std::optional<HttpsUrl>& introspection_endpoint() const { return introspection_; }

 private:
  /// What a fetch brought. `failure` is empty if all of it was good.
  struct Fetched {
    std::optional<KeySet> keys;
    std::optional<std::chrono::seconds> fresh_for;
    std::string failure;
  };

  boost::asio::awaitable<void> prepare_keys();
  boost::asio::awaitable<void> step();
  boost::asio::awaitable<Fetched> fetch_guarded();
  boost::asio::awaitable<Fetched> fetch();
  boost::asio::awaitable<boost::system::result<IssuerMetadata, std::string>> discover(Fetched& fetched);
  boost::asio::awaitable<void> fetch_keys(HttpsUrl url, Fetched& fetched);
  void finish(Fetched fetched);
  void use(KeySet keys);
  void give_up();
  void wake();
  bool is_closed();

  const std::shared_ptr<const IssuerConfig> config_;
  const std::shared_ptr<IssuerReport> report_;
  std::atomic<bool> current_{true};
  const std::shared_ptr<crypto::Published<KeySet>> published_ = std::make_shared<crypto::Published<KeySet>>();

  // Of the executor's thread.
  const boost::asio::any_io_executor executor_;
  std::unique_ptr<HttpsClient> client_;  ///< null where nothing is fetched
  AsyncCondition woken_;
  std::optional<HttpsUrl> introspection_;
  KeySet last_;  ///< the published set, empty while there is none
  std::minstd_rand spread_;

  mutable std::mutex mutex_;  ///< guards what follows
  RefreshSchedule schedule_;
  KeyStatus status_;
  std::vector<std::shared_ptr<store::Waiter<KeySetPtr>>> waiters_;
  bool closed_ = false;
};

}  // namespace tacit::auth
