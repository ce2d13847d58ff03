// One issuer's keys at run time: keeps them fresh, drops them, and holds the calls that wait for them.
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

#include "auth/https/async_condition.hpp"
#include "auth/issuers/issuer.hpp"
#include "auth/issuers/issuer_report.hpp"
#include "auth/issuers/key_fetch.hpp"
#include "auth/issuers/refresh_schedule.hpp"
#include "auth/model/issuer_config.hpp"
#include "auth/tokens/jwk.hpp"
#include "crypto/memory/published.hpp"
#include "store/engine/waiter.hpp"

namespace tacit::auth {

using KeySetPtr = std::shared_ptr<const KeySet>;

/// Runs on the issuers' thread; other threads ask. Create with make_shared; must be closed before the executor's
/// context is destroyed.
class KeyRefresh : public std::enable_shared_from_this<KeyRefresh> {
 public:
  using Time = RefreshSchedule::Time;

  KeyRefresh(boost::asio::any_io_executor executor, std::shared_ptr<const IssuerConfig> config,
             std::shared_ptr<const TlsTrust> trust, std::shared_ptr<IssuerReport> report, const RefreshTerms& terms);

  /// Reads the key file or the shared secret, if the configuration has one. The error is a sentence. Call before `run`,
  /// on any thread.
  boost::system::result<void, std::string> load();

  // On any thread.

  /// Shared, because a resumed coroutine may read it after this object is destroyed.
  const std::shared_ptr<crypto::Published<KeySet>>& published() const { return published_; }
  /// Whether the last fetch obtained keys and none is in progress. True for keys that are not fetched.
  bool current() const { return current_.load(std::memory_order_acquire); }
  /// Answers with the keys in use (null: none), after a fetch if one is in progress or the schedule lets one start.
  void ask(const std::shared_ptr<store::Waiter<KeySetPtr>>& waiter);
  KeyStatus status() const;
  /// Requests a fetch, or a read of the file, as soon as possible.
  void force();

  // On the executor's thread, or after it has ended.

  /// Answers all waiting calls, and later ones at once; nothing more is posted to the executor.
  void close();

  /// Like close(), but also ends `run` and drops the keys, because this object may live much longer.
  void retire();

  /// Keeps the keys fresh until retire(), or until the context destroys it. Throws nothing.
  static boost::asio::awaitable<void> run(std::shared_ptr<KeyRefresh> self);
  /// From the issuer's metadata.
  const std::optional<HttpsUrl>& introspection_endpoint() const { return fetch_.introspection_endpoint(); }

 private:
  boost::asio::awaitable<void> prepare_keys();
  boost::asio::awaitable<void> step();
  void finish(FetchedKeys fetched);
  void use(KeySet keys);
  void give_up();
  void wake();
  bool is_closed();

  const std::shared_ptr<const IssuerConfig> config_;
  const std::shared_ptr<IssuerReport> report_;
  std::atomic<bool> current_{true};
  const std::shared_ptr<crypto::Published<KeySet>> published_ = std::make_shared<crypto::Published<KeySet>>();

  // Used on the executor's thread.
  const boost::asio::any_io_executor executor_;
  KeyFetch fetch_;
  AsyncCondition woken_;
  KeySet last_;  ///< the published set; empty while there is none
  std::minstd_rand spread_;

  mutable std::mutex mutex_;  ///< guards the members below
  RefreshSchedule schedule_;
  KeyStatus status_;
  std::vector<std::shared_ptr<store::Waiter<KeySetPtr>>> waiters_;
  bool closed_ = false;
};

}  // namespace tacit::auth
