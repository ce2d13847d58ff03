// A tenant's API keys that are not revoked, in the order of their creation, read in slices (store/slices/slice.hpp).
// Each slice has its own snapshot. A key that exists throughout the read is returned exactly once; a key that is added
// or revoked meanwhile may be missing.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "store/engine/context.hpp"
#include "store/model/api_key.hpp"
#include "store/model/audit.hpp"
#include "store/slices/slice.hpp"

namespace tacit::store {

/// The index is ordered by id, so the reader first reads it to the end and keeps only the creation time and the id of
/// each key: 40 bytes. A priority queue sorts them step by step, so no step takes long. One reader serves one list;
/// between two slices the caller gives way to others (store/slices/turns.hpp).
class TenantApiKeyReader {
 public:
  /// Takes a key; returns false to end this slice. Called within the slice's time.
  using Take = std::function<bool(const ApiKey& key)>;

  TenantApiKeyReader(ContextPtr store, crypto::Uuid tenant, AuditContext who);

  /// Reads a slice; true: it was the last. Fails with integrity, after recording it.
  Async<bool> next(Take take);
  /// The number of keys that were read: each one twice, for its place and for its content.
  std::uint64_t rows_read() const { return rows_read_; }

 private:
  struct Place {
    std::int64_t created_at;
    std::string id;
    auto operator<=>(const Place&) const = default;
  };

  Task<Outcome<bool>> read(Transaction& transaction, const Take& take);
  Task<Outcome<bool>> gather(Transaction& transaction, Slice& slice);
  void expect_next(Transaction& transaction);
  Task<Outcome<bool>> hand_out(Transaction& transaction, const Take& take, Slice& slice);

  ContextPtr store_;
  crypto::Uuid tenant_;
  AuditContext who_;
  bool begun_ = false;
  bool gathered_ = false;
  std::string last_;  ///< id of the last index entry that was read; empty before the first
  /// The earliest on top. A deque, because it moves no elements when it grows.
  std::priority_queue<Place, std::deque<Place>, std::greater<>> places_;
  std::uint64_t rows_read_ = 0;
};

}  // namespace tacit::store
