#include "server/serve/prekey_keeper.hpp"

#include <pthread.h>

#include <algorithm>

#include "http/log/log.hpp"
#include "server/wiring/open_store.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/signing_state.hpp"

namespace tacit::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds between_counts{1000};
constexpr milliseconds after_failure{10'000};
/// Key pairs in one transaction, and the time to the next: 200 a second. So a refill takes little of the writer thread
/// and of this process's time.
constexpr std::size_t batch = 8;
constexpr milliseconds between_batches{40};
/// The same if new tenants may soon be refused: without a pause.
constexpr std::size_t urgent_batch = 32;
/// A count of a large pool takes longer. It takes at most 2 % of a thread.
constexpr int share_of_counting = 50;

bool is_low(std::size_t ready, std::size_t pool) { return ready < pool / 4; }

}  // namespace

PrekeyKeeper::PrekeyKeeper(store::Store& store, std::size_t pool) : store_(store) { change(pool); }

PrekeyKeeper::~PrekeyKeeper() {
  end();
  if (thread_.joinable()) thread_.join();
}

void PrekeyKeeper::change(std::size_t pool) {
  const std::lock_guard lock(mutex_);
  pool_ = pool;
  if (thread_.joinable() || pool == 0 || ending_ || !store_.keys().makes_prekeys()) return;
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "prekeys");
}

void PrekeyKeeper::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
}

/// Returns whether the thread is to end.
bool PrekeyKeeper::wait(Milliseconds time) {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, time, [this] { return ending_; });
}

void PrekeyKeeper::run() {
  Milliseconds pause{0};
  while (!wait(pause)) {
    std::size_t pool = 0;
    {
      const std::lock_guard lock(mutex_);
      pool = pool_;
    }
    // A reload may have taken the reason for this thread away.
    pause = pool > 0 && store_.keys().makes_prekeys() ? round(pool) : between_counts;
  }
}

/// Counts the pool, and fills it for about a second. Returns the time to the next round.
PrekeyKeeper::Milliseconds PrekeyKeeper::round(std::size_t pool) {
  const auto recorded = server::run(store::record_cut_off(store_.keys()));
  if (!recorded) return note(recorded.error());
  const auto begun = steady_clock::now();
  const auto figures = store_.keys().prekeys();
  if (!figures) return note(figures.error());
  const auto counting = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
  if (figures->unusable > 0) {
    const auto removed = remove_unusable();
    if (!removed) return note(removed.error());
  }
  const auto ready = refill(figures->usable, pool);
  if (!ready) return note(ready.error());
  if (*ready < pool) return milliseconds(0);
  complaints_.reset();
  return std::max(between_counts, share_of_counting * counting);
}

/// The rows may be an attacker's, in any number; good ones are not touched.
store::Outcome<void> PrekeyKeeper::remove_unusable() {
  const auto removed = server::run(store_.keys().remove_bad_prekeys());
  if (!removed) return removed.error();
  if (*removed == 0) return {};
  http::LogLine line(http::LogLevel::error, "prekeys_removed");
  http::log(line.field("prekeys", *removed).field("reason", "they are not as the root signing key signed them"));
  return {};
}

/// Returns how many are ready then. Ends early after a second, because meanwhile tenants take some.
store::Outcome<std::size_t> PrekeyKeeper::refill(std::size_t ready, std::size_t pool) {
  const auto until = steady_clock::now() + between_counts;
  while (ready < pool && steady_clock::now() < until) {
    const bool low = is_low(ready, pool);
    const std::size_t number = std::min(low ? urgent_batch : batch, pool - ready);
    const auto added = server::run(store_.keys().add_prekeys(number));
    if (!added) return added.error();
    ready += number;
    if (wait(low ? milliseconds(0) : between_batches)) break;
  }
  return ready;
}

/// Logs why key pairs could not be made. Returns the time to the next attempt.
PrekeyKeeper::Milliseconds PrekeyKeeper::note(const store::Failure& failure) {
  const bool ending = wait(milliseconds(0));  // a store that finishes takes no more changes
  if (!ending && complaints_.admit(steady_clock::now())) {
    http::log(http::LogLine(http::LogLevel::error, "prekeys_not_made").field("reason", sentence(failure)));
  }
  return after_failure;
}

}  // namespace tacit::server
