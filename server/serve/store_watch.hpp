// Looks at a served store at intervals, beside the requests: whether the audit log still contains what this process saw
// of it, whether there are key pairs for new tenants, how many tenants' keys are not signed, whether the cut-off is as
// it was, whether a rekey of all tenants is unfinished, and what etcd reports if the store is there. Logs the audit
// head: with a copy of the log on another host, an operator can detect a truncated or rewritten audit chain (`tacit
// audit verify --anchor`).
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "crypto/memory/published.hpp"
#include "crypto/time/at_most_every.hpp"
#include "server/serve/store_warnings.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// Has its own thread, which sleeps between the looks. Public functions are for any thread, unless they say otherwise.
class StoreWatch {
 public:
  using Warnings = crypto::Published<std::vector<std::string>>;
  struct Options {
    std::chrono::seconds head_interval{};  ///< of logged heads; 0: only at start and stop
    std::uint64_t prekey_pool = 0;         ///< key pairs that the tool plane keeps ready
    bool serves_api = false;
    /// Between two parts of a long walk, so that it takes a small share of the disk and of a CPU.
    std::chrono::milliseconds walk_pause{10};
    /// Of a store in etcd: a sentence about the certificate of this server's identity; empty: it needs none.
    std::function<std::optional<std::string>()> certificate_note{};
  };

  /// Does nothing before `start`. The store must outlive this object, or `stop` must have been called.
  StoreWatch(const store::Store& store, const Options& options);
  ~StoreWatch();
  StoreWatch(const StoreWatch&) = delete;
  StoreWatch& operator=(const StoreWatch&) = delete;

  /// Logs the head at once. The thread that starts also stops.
  void start();
  /// Ends the thread, and logs a head: the final one, if the store accepts no more writes. Idempotent.
  void stop();
  /// After a reload of the configuration: looks at everything again soon.
  void reconfigured(std::uint64_t prekey_pool);

  /// As of the last look. Valid as long as this object.
  const Warnings& warnings() const { return warnings_; }
  StoreFindings findings() const;

 private:
  using Clock = std::chrono::steady_clock;
  /// Something that is due again and again.
  struct Interval {
    Clock::duration every{};  ///< 0: never
    Clock::time_point due{};

    /// Whether it is due; then sets the next time.
    bool take(Clock::time_point now);
    Clock::time_point next() const { return every > every.zero() ? due : Clock::time_point::max(); }
  };

  void run();
  void look(Clock::time_point now);
  void look_at_log(Clock::time_point now);
  void look_at_pool(Clock::time_point now);
  bool rest();
  Clock::time_point next_look() const;
  void log_head() const;
  void check_history();
  void count_prekeys();
  void count_unsigned();
  void look_at_signing();
  void look_at_etcd();
  void log_old_format(const std::string& why);
  void record_heads();
  void publish();
  void log_new(const StoreFindings& found);

  const store::Store& store_;
  const bool serves_api_;
  const std::chrono::milliseconds walk_pause_;
  const std::function<std::optional<std::string>()> certificate_note_;
  std::atomic<std::uint64_t> prekey_pool_;
  Warnings warnings_;

  Interval head_;
  Interval history_;
  Interval prekeys_;
  Interval tenants_;
  std::optional<std::uint64_t> counted_rows_;  ///< of the pool's table, when the pool was counted
  Clock::time_point count_again_{};            ///< even if their number is the same
  bool format_may_rise_ = true;                ///< of a store in etcd
  bool format_logged_ = false;
  bool alarmed_ = false;                                   ///< a changed history was logged
  std::uint64_t refused_commits_ = 0;                      ///< that were logged
  std::uint64_t refused_keys_ = 0;                         ///< likewise
  crypto::AtMostEvery refusals_{std::chrono::minutes(1)};  ///< log lines about refused keys
  std::vector<std::string> logged_;                        ///< the present warnings that were logged

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  StoreFindings findings_;           ///< under mutex_
  bool again_ = false;               ///< likewise: everything is due
  std::atomic<bool> ending_{false};  ///< set under mutex_
  std::thread thread_;
};

}  // namespace tacit::server
