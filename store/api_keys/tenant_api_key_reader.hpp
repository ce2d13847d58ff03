// A tenant's API keys that are not revoked, in the order of their creation, read in slices (store/slices/slice.hpp),
// each on a snapshot of its own. A key that is there throughout is met exactly once; one that comes or goes meanwhile
// may be met or not.
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

/// The index has them by id. So it is read to its end first, and of each key no more is kept than when it was made and
/// its id: 40 bytes. They are put in order while they are read and handed out, so that no step takes long. For one
/// list; between two slices the caller lets others go first (store/slices/turns.hpp).
class TenantKeyReader {
 public:
  /// Takes a key; false: no more in this slice. Called within the slice's time.
  using Take = std::function<bool(const ApiKey& key)>;

  TenantKeyReader(ContextPtr store, crypto::Uuid tenant, AuditContext who);

  /// Reads a slice on this thread; true: that was the last. Fails with integrity, which is recorded before.
  Async<bool> next(Take take);
  /// Keys that were looked at.
  std::uint64_t rows_read() const { return rows_read_; }

 private:
  struct Place {
    std::int64_t created_at;
    std::string id;
    auto operator<=>(const Place&) const = default;
  };

  Task<Outcome<bool>> read(Transaction& transaction, const Take& take);
  Task<Outcome<bool>> gather(Transaction& transaction, Slice& slice);
  Task<Outcome<bool>> hand_out(Transaction& transaction, const Take& take, Slice& slice);

  ContextPtr store_;
  crypto::Uuid tenant_;
  AuditContext who_;
  bool begun_ = false;
  bool gathered_ = false;
  std::string last_;  ///< id of the last entry of the index that was read; empty before the first
  /// The earliest on top. In a deque: nothing is moved when it grows.
  std::priority_queue<Place, std::deque<Place>, std::greater<>> places_;
  std::uint64_t rows_read_ = 0;
};

}  // namespace tacit::store
