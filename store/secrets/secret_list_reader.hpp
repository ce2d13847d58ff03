// A tenant's list, read in slices (store/slices/slice.hpp): each on a snapshot of its own that begins after the last
// secret seen. Every secret that is there and in the list throughout is met exactly once, in the order of the ids; one
// that comes, goes or changes meanwhile may be met or not.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "store/engine/context.hpp"
#include "store/model/audit.hpp"
#include "store/model/secret_list.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/slices/slice.hpp"

namespace tacit::store {

struct StoredSecret;

/// For one list. Between two slices the caller lets others go first (store/slices/turns.hpp).
class SecretListReader {
 public:
  /// Takes a secret; false: no more in this slice. Called within the slice's time.
  using Take = std::function<bool(const SecretInfo& secret)>;

  SecretListReader(ContextPtr store, crypto::Uuid tenant, ListQuery query, AuditContext who);

  /// Reads a slice on this thread; true: that was the last. Fails with unavailable (the tenant is being erased) or
  /// integrity, which is recorded before.
  Async<bool> next(Take take);
  /// After the last slice, of a list with a limit: the last id of the page, if there may be more.
  const std::optional<crypto::Uuid>& next_page() const { return next_page_; }
  /// Rows of secrets that were looked at, whether they are in the list or not.
  std::uint64_t rows_read() const { return rows_read_; }

 private:
  Task<Outcome<bool>> read(Transaction& transaction, const Take& take);
  Task<Outcome<bool>> read_by_name(Transaction& transaction, const Tenant& tenant, const Take& take);
  Task<Outcome<bool>> read_by_tool(Transaction& transaction, const Tenant& tenant, const Take& take, Slice& slice);
  Task<Outcome<bool>> read_all(Transaction& transaction, const Tenant& tenant, const Take& take, Slice& slice);
  bool offer(const StoredSecret& secret, const Take& take);
  std::size_t rows_to_ask_for() const;

  ContextPtr store_;
  crypto::Uuid tenant_;
  ListQuery query_;
  AuditContext who_;
  bool begun_ = false;
  std::shared_ptr<const crypto::TenantKeys> keys_;
  std::optional<crypto::Uuid> last_;  ///< looked at
  std::size_t given_ = 0;
  std::optional<crypto::Uuid> last_given_;
  bool page_is_full_ = false;  ///< and there was another secret
  std::optional<crypto::Uuid> next_page_;
  std::uint64_t rows_read_ = 0;
};

}  // namespace tacit::store
