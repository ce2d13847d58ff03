#include "server/serve/prekey_keeper.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "http/log/log.hpp"
#include "server/serve/background_step.hpp"
#include "server/wiring/open_store.hpp"
#include "store/engine/context.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/prekeys.hpp"
#include "store/keys/signing_state.hpp"

namespace tacit::server {
namespace {

using std::chrono::milliseconds;

/// A look is a count of rows in constant time, so an idle server pays next to nothing. 3,000 new tenants a second take
/// 750 pairs between two looks.
constexpr milliseconds between_looks{250};
/// On a store that several hosts share a look reads the pool.
constexpr milliseconds between_shared_looks{2'000};
/// A count reads and verifies the pool. It takes at most 0.1 % of a thread, except that a very large pool is counted
/// every 10 minutes.
constexpr milliseconds between_counts{30'000};
constexpr milliseconds most_between_counts{600'000};
constexpr int share_of_counting = 1000;
/// After a count, if the pool grows otherwise than by this process: by another one, or by an attacker.
constexpr milliseconds between_unexpected_counts{1000};
constexpr milliseconds after_failure{10'000};
/// Key pairs in one transaction, and the time to the next: 200 a second. So a refill takes little of the writer thread
/// and of this process's time.
constexpr std::size_t batch = 8;
constexpr milliseconds between_batches{40};
/// The same if new tenants may soon be refused: without a pause.
constexpr std::size_t urgent_batch = 32;

bool is_low(std::uint64_t ready, std::size_t pool) { return ready < pool / 4; }

}  // namespace

PrekeyKeeper::PrekeyKeeper(store::Store& store, std::size_t pool) : store_(store) { change(pool); }

PrekeyKeeper::~PrekeyKeeper() {
  end();
  if (thread_.joinable()) thread_.join();
}

void PrekeyKeeper::change(std::size_t pool) {
  const std::lock_guard lock(mutex_);
  pool_ = pool;
  again_ = true;
  if (thread_.joinable() || pool == 0 || ending_ || !store_.prekeys().are_made()) return;
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
      if (std::exchange(again_, false)) count_.reset();
    }
    // A reload may have taken the reason for this thread away.
    const auto step = [&] { pause = pool > 0 && store_.prekeys().are_made() ? round(pool) : between_looks; };
    if (!take_step("prekeys", step)) pause = after_failure;
  }
}

std::uint64_t PrekeyKeeper::Count::ready(std::uint64_t rows_now) const {
  const std::uint64_t taken = rows > rows_now ? rows - rows_now : 0;
  return usable > taken ? usable - taken : 0;
}

/// Looks at the pool, and adds a batch if pairs are missing. Returns the time to the next round.
PrekeyKeeper::Milliseconds PrekeyKeeper::round(std::size_t pool) {
  const auto rows = store_.prekeys().pool_rows();
  if (!rows) return note(rows.error());
  if (is_count_due(*rows)) {
    auto counted = count();
    if (!counted) return note(counted.error());
    count_ = *counted;
    return milliseconds(0);  // unusable pairs may be gone
  }
  const std::uint64_t ready = count_->ready(*rows);
  if (ready >= pool) {
    complaints_.reset();
    return store_.keys().context()->engine->traits().shared ? between_shared_looks : between_looks;
  }
  const bool low = is_low(ready, pool);
  const std::size_t number = std::min(low ? urgent_batch : batch, pool - ready);
  const auto added = server::run(store_.prekeys().add(number));
  if (!added) return note(added.error());
  count_->usable += number;
  count_->rows += number;
  return low ? milliseconds(0) : between_batches;
}

bool PrekeyKeeper::is_count_due(std::uint64_t rows) const {
  const auto now = Clock::now();
  if (!count_ || now >= count_->next) return true;
  return rows > count_->rows && now >= count_->ended + between_unexpected_counts;
}

/// Records the cut-off, which may add a row, counts the pool and removes unusable pairs.
store::Outcome<PrekeyKeeper::Count> PrekeyKeeper::count() {
  const auto begun = Clock::now();
  const auto recorded = server::run(store::record_cut_off(store_.keys()));
  if (!recorded) return recorded.error();
  const auto rows = store_.prekeys().pool_rows();
  if (!rows) return rows.error();
  const auto figures = store_.prekeys().figures([this] { return !wait(milliseconds(0)); });
  if (!figures) return figures.error();
  Count counted{.usable = figures->usable, .rows = *rows, .ended = Clock::now()};
  const auto took = std::chrono::duration_cast<milliseconds>(counted.ended - begun);
  counted.next = counted.ended + std::clamp(share_of_counting * took, between_counts, most_between_counts);
  if (figures->unusable == 0) return counted;
  const auto removed = remove_unusable();
  if (!removed) return removed.error();
  counted.rows -= std::min(*rows, *removed);
  if (*removed > 0 && *removed < figures->unusable) counted.next = counted.ended;  // not all in one transaction
  return counted;
}

/// The rows may be an attacker's, in any number; good ones are not touched. Returns how many were removed.
store::Outcome<std::uint64_t> PrekeyKeeper::remove_unusable() const {
  const auto removed = server::run(store_.prekeys().remove_bad());
  if (!removed || *removed == 0) return removed;
  http::LogLine line(http::LogLevel::error, "prekeys_removed");
  http::log(line.field("prekeys", *removed).field("reason", "their signatures by the root signing key are wrong"));
  return removed;
}

/// Logs why key pairs could not be made. Returns the time to the next attempt.
PrekeyKeeper::Milliseconds PrekeyKeeper::note(const store::Failure& failure) {
  const bool ending = wait(milliseconds(0));  // a store that finishes takes no more changes
  if (!ending && complaints_.admit(Clock::now())) {
    http::log(http::LogLine(http::LogLevel::error, "prekeys_not_made").field("reason", sentence(failure)));
  }
  return after_failure;
}

}  // namespace tacit::server
