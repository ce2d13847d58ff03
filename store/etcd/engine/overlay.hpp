// The changes of one write, or of the writes of a batch so far, over a snapshot of the store.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/etcd/engine/bytes_order.hpp"

namespace tacit::store::etcd {

using crypto::Bytes;
using crypto::ByteView;

/// For one thread at a time. A value keeps its address until its row is changed again.
class Overlay {
 public:
  /// A row's state after the changes: std::nullopt: deleted.
  using Rows = std::map<Bytes, std::optional<Bytes>, BytesLess>;

  void put(Bytes key, ByteView value) { rows_[std::move(key)] = copy_of(value); }
  void erase(Bytes key) { rows_[std::move(key)] = std::nullopt; }
  void log(std::string body) { entries_.push_back(std::move(body)); }
  /// Makes the other's changes after these.
  void merge(const Overlay& later);
  /// Takes one change back out.
  void forget(ByteView key);

  const Rows& rows() const { return rows_; }
  /// Null: not changed.
  const std::optional<Bytes>* find(ByteView key) const;
  /// The bodies of new audit entries.
  const std::vector<std::string>& entries() const { return entries_; }
  bool empty() const { return rows_.empty() && entries_.empty(); }
  /// Bytes of all keys, values and bodies.
  std::size_t bytes() const;

 private:
  Rows rows_;
  std::vector<std::string> entries_;
};

}  // namespace tacit::store::etcd
