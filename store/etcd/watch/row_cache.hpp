// Copies of rows that most requests need: API keys' rows and tenants' records. So a request with a known API key waits
// for no round trip to etcd, and still no copy is older than `longest_age`.
//
// A copy is as of an instant t0 if it has every change that was acknowledged before t0. There are two proofs:
//
// - The watch. A linearizable read that begins at t0 returns the revision B, which includes every change acknowledged
//   before t0. When the watch has reported all events up to B, every copy of a watched row is as of t0 (`confirm`).
// - The read itself. A row that was read at a revision R, and a barrier that began at t0 and returned B <= R: the row
// is
//   as of t0 (`barrier`). This is the only proof for rows that are not watched. While the store does not change, a copy
//   stays valid by later barriers.
//
// A read may end after the watch has reported an event on its row: such a fill is refused, because the newest revision
// of each key's bucket is remembered, also of keys without a copy. When the watch has missed events, everything is
// forgotten (`restart`).
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "crypto/primitives/siphash.hpp"
#include "store/engine/engine.hpp"
#include "store/etcd/engine/background.hpp"
#include "store/etcd/etcd_options.hpp"

namespace tacit::store::etcd {

struct RowCacheLimits {
  std::size_t rows = 65'536;
  std::size_t bytes = std::size_t{64} << 20;
  /// Of the rows, copies that say that there is no row: clients choose these keys.
  std::size_t absent_rows = 8'192;
};

struct RowCacheFigures {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;         ///< no copy
  std::uint64_t stale = 0;          ///< a copy that is too old
  std::uint64_t refused_fills = 0;  ///< a newer change of the row was already known
  /// Since the instant as of which watched rows are; std::nullopt before the first confirmation.
  std::optional<BootClock::duration> age{};
};

/// Thread-safe. Holds a short lock on a sixteenth of the rows for each look-up.
class RowCache {
 public:
  using Now = std::function<BootClock::time_point()>;

  /// Below the two seconds that are promised for revocations, for the way from here to the use of the copy.
  static constexpr std::chrono::milliseconds longest_age{1900};

  /// With Revocation::strict it keeps no copies.
  explicit RowCache(Revocation revocation, RowCacheLimits limits = {}, Now now = &BootClock::now);
  RowCache(const RowCache&) = delete;
  RowCache& operator=(const RowCache&) = delete;

  /// A copy that is at most `longest_age` old.
  std::optional<CachedRow> find(Table table, ByteView key) const;
  /// Keeps what a read at that revision found; a null value: no such row. Rows of other kinds than above are ignored.
  void fill(Table table, ByteView key, std::shared_ptr<const Bytes> value, std::int64_t read_revision);
  /// The row was changed at that revision. Call for this process's own commits before they are answered; `fill` with
  /// the same revision may follow.
  void drop(Table table, ByteView key, std::int64_t revision);

  // The watch's side (store/etcd/watch/cache_watch.hpp).

  /// An event, in the order of revisions.
  void apply(Table table, ByteView key, std::optional<Bytes> value, std::int64_t revision);
  /// A linearizable read that began at `began` returned that revision.
  void barrier(BootClock::time_point began, std::int64_t revision);
  /// All events up to the revision of the barrier that began then have been applied.
  void confirm(BootClock::time_point began);
  /// Events may have been missed: forgets everything. Events after `floor` will follow, so rows that were read at an
  /// older revision are refused.
  void restart(std::int64_t floor);

  RowCacheFigures figures() const;

 private:
  struct Entry {
    std::string key;  ///< the table's number, then the row's key
    std::shared_ptr<const Bytes> value;
    std::int64_t revision = 0;
    std::size_t bytes() const;
  };
  using Entries = std::list<Entry>;
  struct Hash {
    crypto::SipKey key;
    std::size_t operator()(std::string_view text) const;
  };
  /// Most recently used first; absent rows have a list of their own, so that they cannot displace others.
  struct Shard {
    explicit Shard(const Hash& hash) : index(0, hash) {}
    std::mutex mutex;
    Entries present;
    Entries absent;
    std::unordered_map<std::string_view, Entries::iterator, Hash> index;
    std::array<std::int64_t, 256> newest{};  ///< the newest known change of the keys of each bucket
    std::int64_t floor = 0;
    std::size_t bytes = 0;
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t stale = 0;
    std::uint64_t refused = 0;
  };
  struct Barrier {
    BootClock::time_point began;
    std::int64_t revision = 0;
  };
  /// A table and a key in one text.
  class Name;

  Shard& shard_of(std::size_t hash) const;
  static std::int64_t& newest_of(Shard& shard, std::size_t hash);
  static Entries& list_of(Shard& shard, const Entry& entry);
  static void remove(Shard& shard, Entries::iterator entry);
  void insert(Shard& shard, Entry entry);
  void evict(Shard& shard, Entries& entries, std::size_t most) const;
  bool is_recent(BootClock::time_point instant) const;
  /// Whether a barrier proves that a row read at that revision is recent.
  bool is_recent_revision(std::int64_t revision) const;

  const Revocation revocation_;
  const RowCacheLimits limits_;
  const Now now_;
  const Hash hash_;
  std::array<std::unique_ptr<Shard>, 16> shards_;
  std::atomic<BootClock::rep> confirmed_{0};  ///< since the clock's epoch; 0: never
  mutable std::mutex barriers_mutex_;
  std::deque<Barrier> barriers_;  ///< newest last
};

}  // namespace tacit::store::etcd
