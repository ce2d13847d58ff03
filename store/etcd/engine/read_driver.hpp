// Runs a work on a transaction step by step: between the steps its owner asks etcd for the rows that it waits for.
#pragma once

#include <exception>
#include <optional>
#include <vector>

#include "store/etcd/engine/etcd_transaction.hpp"
#include "store/etcd/engine/read_round.hpp"

namespace tacit::store::etcd {

/// For one thread at a time. Destroying it destroys the frames of the work where they are suspended.
class ReadDriver {
 public:
  /// A read. The snapshot must outlive this.
  ReadDriver(EngineContext& context, ReadSnapshot& snapshot) : transaction_(context, snapshot) {}
  /// A write.
  ReadDriver(EngineContext& context, ReadSnapshot& snapshot, const Overlay* earlier)
      : transaction_(context, snapshot, earlier), settles_(true) {}
  ReadDriver(const ReadDriver&) = delete;
  ReadDriver& operator=(const ReadDriver&) = delete;

  /// Runs the work, which must outlive this, to its end or to the first read that has to wait. Call once.
  void start(const Work& work);
  bool done() const { return done_; }

  /// Adds what it waits for, as far as there is room in the round.
  void collect(ReadRound& round);
  /// Goes on, after the round's answers were added to the snapshot.
  void deliver(const ReadRound& round);
  /// Whether an answer told nothing about what was asked, so that another request would not help.
  bool stalled() const { return stalled_; }
  /// After the end: whether the work keeps its changes. Rethrows what it threw.
  bool kept() const;
  EtcdTransaction& transaction() { return transaction_; }
  const EtcdTransaction& transaction() const { return transaction_; }

 private:
  void advance();

  EtcdTransaction transaction_;
  const bool settles_ = false;
  bool done_ = false;
  bool kept_ = false;
  bool stalled_ = false;
  std::exception_ptr thrown_;
  std::vector<std::size_t> asked_;  ///< places in the round of the transaction's first wants
  std::optional<Task<bool>> task_;  ///< last: its frames use the transaction
};

}  // namespace tacit::store::etcd
