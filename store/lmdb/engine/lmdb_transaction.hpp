// A transaction on LMDB. It never waits: every task that it returns is ready.
#pragma once

#include <atomic>

#include "store/lmdb/environment/lmdb_env.hpp"

namespace tacit::store {

class LmdbTransaction final : public Transaction {
 public:
  /// Reads in `txn`, which its owner keeps, and counts the rows read.
  static LmdbTransaction reading(const LmdbEnv& env, MDB_txn* txn, std::atomic<std::uint64_t>& rows_read) {
    return {env, txn, rows_read};
  }
  /// Writes into `parent` through a nested transaction, which begins with the first change: a refusal does not affect
  /// other writes, and a refusal before any change costs nothing.
  static LmdbTransaction writing(const LmdbEnv& env, MDB_txn* parent, std::atomic<std::uint64_t>& rows_read) {
    return {env, parent, rows_read};
  }
  ~LmdbTransaction() override;

  Task<std::optional<ByteView>> get(Table table, ByteView key) override;
  Task<std::vector<Row>> scan(Table table, ByteView prefix, ByteView start, std::size_t limit) override;
  Task<std::optional<Row>> newest_entry(AuditSlot slot) override;
  Task<std::vector<AuditSlot>> audit_slots() override;
  Task<std::uint64_t> strangers() override;
  Task<std::uint64_t> estimate(Table table) override;
  void put(Table table, ByteView key, ByteView value) override;
  void erase(Table table, ByteView key) override;
  /// Throws std::logic_error: the audit log of an embedded store is written row by row.
  void log(std::string body) override;
  const EngineTraits& traits() const override { return embedded_traits; }

  /// Commits the changes to the parent.
  void keep();
  bool changed() const { return nested_ != nullptr; }
  /// The code of the first LMDB call that failed; 0 if none did.
  int error() const { return error_; }

 private:
  LmdbTransaction(const LmdbEnv& env, MDB_txn* txn, std::atomic<std::uint64_t>& rows_read)
      : env_(env), txn_(txn), rows_read_(rows_read) {}

  MDB_txn* current() const { return nested_ != nullptr ? nested_ : txn_; }
  bool begin_nested();
  int store(Table table, ByteView key, ByteView value, unsigned flags);
  /// Whether the call found a row; remembers a failure.
  bool found(int code);
  void count_rows(std::size_t rows) {
    rows_read_.store(rows_read_.load(std::memory_order_relaxed) + rows, std::memory_order_relaxed);
  }

  const LmdbEnv& env_;
  MDB_txn* txn_;
  MDB_txn* nested_ = nullptr;
  std::atomic<std::uint64_t>& rows_read_;  ///< written by one thread at a time
  int error_ = 0;
};

}  // namespace tacit::store
