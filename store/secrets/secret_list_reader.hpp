// A tenant's list, read in slices (store/slices/slice.hpp). Each slice has its own snapshot and begins after the last
// secret that was read. A secret that exists and matches throughout the read is returned exactly once, in the order of
// the ids; a secret that is added, removed or changed meanwhile may be missing.
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

struct Metadata;
struct StoredSecret;

/// For one list. Between two slices the caller gives way to others (store/slices/turns.hpp).
class SecretListReader {
 public:
  /// Takes a secret; returns false to end this slice. Called within the slice's time.
  using Take = std::function<bool(const SecretInfo& secret)>;

  SecretListReader(ContextPtr store, crypto::Uuid tenant, ListQuery query, AuditContext who);

  /// Reads a slice; true: it was the last. Fails with unavailable (the tenant is being erased) or with
  /// integrity, after recording it.
  Async<bool> next(Take take);
  /// Call after the last slice of a list with a limit: the last id of the page, if there may be more.
  const std::optional<crypto::Uuid>& next_page() const { return next_page_; }
  /// The number of secrets that were read, whether or not they are in the list.
  std::uint64_t rows_read() const { return rows_read_; }
  /// A secret so far whose row of uses was altered, so that its last use is not known.
  const std::optional<crypto::Uuid>& altered_uses() const { return altered_uses_; }

 private:
  Task<Outcome<bool>> read(Transaction& transaction, const Take& take);
  Task<Outcome<bool>> read_by_name(Transaction& transaction, const Tenant& tenant, const Take& take);
  Task<Outcome<bool>> read_by_tool(Transaction& transaction, const Tenant& tenant, const Take& take, Slice& slice);
  Task<Outcome<bool>> read_all(Transaction& transaction, const Tenant& tenant, const Take& take, Slice& slice);
  boost::asio::awaitable<void> record_damage();
  bool fits(const Metadata& metadata) const;
  Task<Outcome<bool>> offer_with_last_use(Transaction& transaction, const StoredSecret& secret, const Take& take);
  bool offer(const StoredSecret& secret, SecretInfo& info, const Take& take);
  bool give(const SecretInfo& info, const Take& take);
  std::size_t bytes_of_last_use() const;
  std::size_t rows_to_ask_for() const;

  ContextPtr store_;
  crypto::Uuid tenant_;
  ListQuery query_;
  AuditContext who_;
  bool begun_ = false;
  std::shared_ptr<const crypto::TenantKeys> keys_;
  std::optional<crypto::Uuid> last_;  ///< the last one that was read
  std::size_t given_ = 0;
  std::optional<crypto::Uuid> last_given_;
  bool page_is_full_ = false;  ///< and there was another secret
  std::optional<crypto::Uuid> next_page_;
  std::uint64_t rows_read_ = 0;
  std::optional<crypto::Uuid> altered_uses_;
  bool altered_uses_recorded_ = false;
};

}  // namespace tacit::store
