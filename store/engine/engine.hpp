// The seam between the rules of the product and whatever keeps the rows: ordered tables of byte strings, and
// transactions on them. Knows nothing of secrets. Awaiting a write from a coroutine of Asio: store/engine/await.hpp.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/bytes.hpp"
#include "store/engine/room.hpp"
#include "store/engine/statistics.hpp"
#include "store/engine/task.hpp"
#include "store/model/growth.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

using crypto::Bytes;
using crypto::ByteView;

/// What rows are kept in. Each is ordered by its keys' bytes.
enum class Table : std::uint8_t {
  meta,      ///< what concerns the whole store (store/rows/store_meta.hpp)
  tenants,   ///< everything of a tenant under one prefix (store/rows/row_key.hpp)
  api_keys,  ///< by key id (store/rows/api_key_row.hpp)
  audit,     ///< by sequence (store/audit/audit_log.hpp)
};
inline constexpr std::size_t table_count = 4;
/// What LMDB calls them, in the order of Table.
inline constexpr std::array<const char*, table_count> table_names{"meta", "tenants", "api_keys", "audit"};

/// A stored row, seen in place: valid until the transaction's next change or its end.
struct Row {
  ByteView key;
  ByteView value;
};

/// A consistent view of the tables; in a write, also what was changed so far. An engine's own failure is remembered by
/// the transaction and overrides whatever the work answers, so after one reads find nothing and changes do nothing.
class Transaction {
 public:
  Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  virtual ~Transaction() = default;

  virtual Task<std::optional<ByteView>> get(Table table, ByteView key) = 0;
  /// The rows whose keys begin with `prefix`, from the first key that is not less than `start`, at most `limit`.
  virtual Task<std::vector<Row>> scan(Table table, ByteView prefix, ByteView start, std::size_t limit) = 0;
  /// The row with the largest key.
  virtual Task<std::optional<Row>> last(Table table) = 0;
  /// How many things the engine keeps beside the rows of the tables: none, unless somebody else put them there.
  virtual Task<std::uint64_t> strangers() = 0;
  /// How many rows there are, perhaps roughly: for progress.
  virtual Task<std::uint64_t> count(Table table) = 0;

  virtual void put(Table table, ByteView key, ByteView value) = 0;
  /// A put of a key that is larger than every other of its table.
  virtual void append(Table table, ByteView key, ByteView value) = 0;
  /// Nothing happens if there is no such row.
  virtual void erase(Table table, ByteView key) = 0;
};

/// Something to do in a transaction: true keeps what it changed, false leaves nothing behind. It may be run more than
/// once, and has no effect but on the transaction and on what it holds, so each run starts from the beginning. Must not
/// throw.
using Work = std::function<Task<bool>(Transaction&)>;

/// A write on its way through an engine.
struct Write {
  Work work;
  /// Called exactly once, on a thread of the engine or at once on the caller's. Nothing: what the work answered counts,
  /// and if it was kept, it is durable. Else the engine's failure counts and nothing was kept, except that after
  /// `unavailable` that is not known. Must not throw.
  std::function<void(std::optional<Errc> failure)> done;
  Growth growth = Growth::grows;
  std::size_t bytes = 0;  ///< about how much memory it holds: queues are bounded by it
};

class Engine {
 public:
  /// `write_deadline`: how long the answer to a write is waited for (store/engine/await.hpp).
  explicit Engine(std::chrono::milliseconds write_deadline) : write_deadline_(write_deadline) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  /// Runs the work on a consistent snapshot, on this thread. Nothing: what the work answered counts.
  virtual std::optional<Errc> read(const Work& work) = 0;
  /// Takes a write: atomic, serialisable, and durable when it answers. Never waits.
  virtual void write(Write write) = 0;
  /// Takes no more writes. Whether those it has are finished within that time.
  virtual bool finish(std::chrono::milliseconds most) = 0;
  /// Takes no more writes and finishes those it has, however long that takes. Reads go on. Idempotent.
  virtual void close() = 0;

  /// Nothing if writes are being taken; else why not, in words.
  virtual std::optional<std::string> unwilling() const = 0;
  /// Nothing if what is kept is kept in its place; else, in words, why writes are refused and what is read is not what
  /// others find there. Apart from `unwilling`, for ending the process is no remedy: it may have the last copy.
  virtual std::optional<std::string> displaced() const = 0;
  virtual EngineStatistics statistics() const = 0;
  /// Looks through what there is, so not to be asked all the time. Any thread; waits for no write.
  virtual StorageStatistics storage() const = 0;
  /// How much room is left, as it was within the last second.
  virtual Room room() const = 0;

  std::chrono::milliseconds write_deadline() const { return write_deadline_; }

 private:
  const std::chrono::milliseconds write_deadline_;
};

}  // namespace tacit::store
