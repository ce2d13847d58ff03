// The interface between the product's rules and the storage engine: ordered tables of byte strings, and transactions on
// them. Knows nothing of secrets. Reading and writing in an Asio coroutine: store/engine/work.hpp,
// store/engine/await.hpp.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/memory/bytes.hpp"
#include "store/engine/engine_state.hpp"
#include "store/engine/statistics.hpp"
#include "store/engine/task.hpp"
#include "store/model/audit_slot.hpp"
#include "store/model/growth.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

using crypto::Bytes;
using crypto::ByteView;

/// The tables. Each is ordered by the bytes of its keys.
enum class Table : std::uint8_t {
  meta,      ///< what concerns the whole store (store/rows/store_meta.hpp)
  tenants,   ///< all rows of a tenant under one prefix (store/rows/row_key.hpp)
  api_keys,  ///< by key id (store/rows/api_key_row.hpp)
  audit,     ///< by sequence (store/audit/audit_log.hpp)
};
inline constexpr std::size_t table_count = 4;
/// LMDB's names of the tables, in the order of Table.
inline constexpr std::array<const char*, table_count> table_names{"meta", "tenants", "api_keys", "audit"};

/// What differs between engines as far as the store's rules see it. Constant for an engine's life.
struct EngineTraits {
  bool waits = false;  ///< a read in a transaction may suspend it
  /// Several processes on several hosts share the store: each logs to an audit slot of its own (Transaction::log), rows
  /// that both planes would write are apart (store/rows/api_key_use.hpp), and a tenant's newest secret id has a row of
  /// its own (store/rows/newest_secret.hpp).
  bool shared = false;
  /// How many rows, and about how many bytes, a step of long work may change in one transaction.
  std::size_t rows_per_write = SIZE_MAX;
  std::size_t bytes_per_write = SIZE_MAX;
};

/// Of an engine that one host has and whose reads never wait.
inline constexpr EngineTraits embedded_traits{};

/// A view of a stored row: valid until the transaction's next change, Transaction::release_rows or its end.
struct Row {
  ByteView key;
  ByteView value;
};

/// A consistent view of the tables; in a write it includes the changes so far. The transaction remembers an engine
/// failure, which overrides the work's result; after a failure, reads find nothing and changes do nothing.
class Transaction {
 public:
  Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  virtual ~Transaction() = default;

  virtual Task<std::optional<ByteView>> get(Table table, ByteView key) = 0;
  /// The work will probably `get` that row: an engine that waits then asks for all such rows at once. Has no effect on
  /// what is read.
  virtual void expect(Table table, ByteView key) {
    static_cast<void>(table);
    static_cast<void>(key);
  }
  /// The rows whose keys begin with `prefix`, from the first key that is not less than `start`, at most `limit`.
  virtual Task<std::vector<Row>> scan(Table table, ByteView prefix, ByteView start, std::size_t limit) = 0;
  /// The row of the newest audit entry of the slot, in the form of Table::audit; std::nullopt if it has none.
  virtual Task<std::optional<Row>> newest_entry(AuditSlot slot) = 0;
  /// The slots that have entries, in ascending order.
  virtual Task<std::vector<AuditSlot>> audit_slots() = 0;
  /// The number of objects beside the tables' rows: 0, unless another program added some, or the engine cannot tell.
  virtual Task<std::uint64_t> strangers() = 0;
  /// About the number of rows, for progress reports and figures; 0 if the engine cannot tell without counting.
  virtual Task<std::uint64_t> estimate(Table table) = 0;

  virtual void put(Table table, ByteView key, ByteView value) = 0;
  /// Without such a row it has no effect.
  virtual void erase(Table table, ByteView key) = 0;
  /// Shared engines only: adds an entry to the audit log in this transaction. The engine gives it its place and its
  /// hash in this process's slot when it commits (store/engine/commit_seal.hpp).
  virtual void log(std::string body) = 0;
  /// Ends the views of all rows that this transaction has read, so that a long walk does not hold them all.
  virtual void release_rows() {}

  virtual const EngineTraits& traits() const = 0;
};

/// Work in a transaction: true commits its changes, false discards them. The engine may run it more than once, so each
/// run starts from the beginning and affects only the transaction and the work's own state. Must not throw.
using Work = std::function<Task<bool>(Transaction&)>;

/// A write that is submitted to an engine.
struct Write {
  Work work;
  /// Called exactly once, on an engine thread or immediately on the caller's. std::nullopt: the work's result counts,
  /// and a committed change is durable. Otherwise the engine failed and nothing was committed, except that after
  /// `unavailable` this is not known. Must not throw.
  std::function<void(std::optional<Errc> failure)> done;
  Growth growth = Growth::grows;
  std::size_t bytes = 0;  ///< the approximate memory that it holds: it bounds the queues
};

class CommitSeal;  // store/engine/commit_seal.hpp

/// A copy of a row from an engine's cache.
struct CachedRow {
  std::shared_ptr<const Bytes> value;  ///< null: there is no such row
};

/// Tells of new audit entries until it is destroyed.
class AuditNews {
 public:
  virtual ~AuditNews() = default;
};

class Engine : public EngineState {
 public:
  /// `write_deadline`: how long a caller waits for the answer to a write (store/engine/await.hpp).
  explicit Engine(std::chrono::milliseconds write_deadline) : write_deadline_(write_deadline) {}

  virtual const EngineTraits& traits() const = 0;

  /// Runs the work on a consistent snapshot, on this thread. std::nullopt: the work's result counts. On an engine that
  /// waits this blocks, at most for `write_deadline`: for commands and threads of their own, not for io threads.
  virtual std::optional<Errc> read(const Work& work) = 0;
  /// The same in a coroutine: on an engine that waits, the work runs on the awaiting coroutine's executor and is
  /// resumed there. The engine must live until then. By default, for engines that never wait, it calls `read`.
  virtual boost::asio::awaitable<std::optional<Errc>> read_async(Work work);
  /// A recent copy of a row without waiting, at most as old as the engine promises for revocations; std::nullopt: there
  /// is no such copy, read the row. Any thread.
  virtual std::optional<CachedRow> cached(Table table, ByteView key) const {
    static_cast<void>(table);
    static_cast<void>(key);
    return std::nullopt;
  }
  /// Calls `changed` soon after a process has added entries to the audit log, on a thread of the engine; it must
  /// neither wait nor throw. Calls may be missed or come without need, so the log has to be read from time to time too.
  /// Null: this engine does not tell.
  virtual std::unique_ptr<AuditNews> watch_audit(std::function<void()> changed) {
    static_cast<void>(changed);
    return nullptr;
  }
  /// Accepts a write: atomic, serialisable, and durable when it is answered. Never waits.
  virtual void submit(Write write) = 0;
  /// Seals all later commits so, instead of as before. Any thread. An engine that does not commit ignores it.
  virtual void seal_commits(std::shared_ptr<CommitSeal> seal) { static_cast<void>(seal); }
  /// Accepts no more writes. Returns whether the accepted ones finish within that time.
  virtual bool finish(std::chrono::milliseconds most) = 0;
  /// Accepts no more writes and waits without limit for the accepted ones. Reads continue. Idempotent.
  virtual void close() = 0;

  /// std::nullopt if writes are accepted; else the reason, in words.
  virtual std::optional<std::string> unwilling() const = 0;
  virtual EngineStatistics statistics() const = 0;
  /// Takes up to a millisecond, so callers should not ask often. Any thread; waits for no write.
  virtual StorageStatistics storage() const = 0;

  std::chrono::milliseconds write_deadline() const { return write_deadline_; }

 private:
  const std::chrono::milliseconds write_deadline_;
};

}  // namespace tacit::store
