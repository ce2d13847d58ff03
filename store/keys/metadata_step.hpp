// One transaction's part of a metadata rewrap (store/keys/rewrap.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/engine/context.hpp"
#include "store/engine/walk_size.hpp"
#include "store/keys/rewrap_search.hpp"
#include "store/model/audit.hpp"
#include "store/rows/idempotency_row.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/rows/uses_row.hpp"

namespace tacit::store {

/// Rows that one transaction reads to change some of them.
inline constexpr std::size_t most_rows_of_metadata_step = 4096;
/// Rows that moving a secret reads, writes and erases: its own, and three old and three new index entries.
inline constexpr std::size_t rows_of_moved_secret = 16;
/// The bytes of rows in one transaction; one row is always taken.
inline constexpr std::size_t most_bytes_of_metadata_step = std::size_t{512} << 10;

inline constexpr std::size_t rows_of_metadata_scan = 256;
/// Of a position: beyond the kinds of a tenant's rows.
inline constexpr std::uint8_t after_all_kinds = 0xff;

/// Moved rows in one audit entry.
inline constexpr std::size_t most_moved_of_entry = 48;

/// The moved rows of one audit entry. On a shared engine, all are of one tenant.
struct MovedRows {
  std::vector<MovedRow> rows;
  std::optional<crypto::Uuid> tenant{};   ///< on a shared engine
  std::optional<std::uint64_t> change{};  ///< likewise: the tenant's number of changes that this entry has
};

/// One transaction's part of the work.
class MetadataStep {
 public:
  /// `third_format`: whether the store takes rows of format 3.
  MetadataStep(Transaction& transaction, const StoreContext& store, RewrapPosition from, std::size_t most,
               bool third_format)
      : transaction_(transaction),
        store_(store),
        left_(items_of_write(transaction.traits(), most, rows_of_moved_secret)),
        looks_(items_of_write(transaction.traits(), most_rows_of_metadata_step, 2)),
        bytes_(bytes_of_write(transaction.traits(), most_bytes_of_metadata_step)),
        third_format_(third_format) {
    step_.next = std::move(from);
  }

  Task<RewrapStep> run() {
    if (at().table == Table::api_keys) {
      co_await move_api_keys();
    } else {
      bool more = true;
      while (more) {
        co_await move_tenant();
        more = co_await next_is_stale();
      }
    }
    co_return std::move(step_);
  }

  /// Call after `run`. The moved rows, by audit entry; empty before format 3.
  std::vector<MovedRows> take_moved();

 private:
  RewrapPosition& at() { return step_.next; }
  bool spent() const { return left_ == 0 || looks_ == 0 || bytes_ == 0; }
  const crypto::MetadataKeyring::Entry& target() const { return store_.metadata().primary(); }
  void problem(const crypto::Uuid& tenant, const std::string& what) {
    step_.problems.push_back("tenant " + tenant.str() + ": " + what);
  }
  void take_in_hand(std::size_t bytes) {
    left_ -= std::min<std::size_t>(left_, 1);
    bytes_ -= std::min(bytes_, bytes);
  }

  /// Whether the step can continue with the next tenant.
  Task<bool> next_is_stale() {
    if (spent() || at().within) co_return false;
    --looks_;
    const auto rows = co_await transaction_.scan(Table::tenants, {}, at().key, 1);
    if (rows.empty() || !is_stale(Table::tenants, rows.front(), target().id)) co_return false;
    at().key.assign(rows.front().key.begin(), rows.front().key.end());
    co_return true;
  }

  void pass(const crypto::Uuid& tenant) {
    at() = RewrapPosition{.table = Table::tenants};
    pass_tenant(at().key, record_row_key(tenant).view());
  }

  /// Moves the tenant at the position, from there on. A tenant that cannot be opened, or is being erased, is a problem.
  Task<void> move_tenant();
  void begin(const crypto::Uuid& tenant);
  bool depart(Tenant& tenant);
  bool arrive(Tenant& tenant);
  Task<bool> move_rows(Tenant& tenant);
  std::uint8_t kind_at() const;
  void begin_kind(const crypto::Uuid& tenant, std::uint8_t kind);
  Task<bool> move_tenant_rows(Tenant& tenant, RowKind kind);
  void move_row(Tenant& tenant, RowKind kind, ByteView rest, const Bytes& row);
  /// Saves the tenant. On a shared engine each entry of its moved rows is a change, so that the numbers order these
  /// entries and those of other hosts.
  Task<void> save(Tenant& tenant);
  void move_secret(Tenant& tenant, ByteView id_bytes, const Bytes& row);
  void move_version(Tenant& tenant, ByteView rest, const Bytes& row);
  Task<bool> drop_idempotency_keys(Tenant& tenant);
  Task<bool> drop_idempotency_key(const Tenant& tenant, const Bytes& key);
  Task<void> discount(const Tenant& tenant, const IdempotencyCount& dropped);
  Task<bool> move_uses(Tenant& tenant);
  void move_uses_row(Tenant& tenant, const UsesPlace& place, const Bytes& row);
  /// A row stays as it is, and with it the tenant's previous key.
  void leave(const Tenant& tenant, const std::string& why, bool is_readable = false);
  Task<void> move_api_keys();
  Task<void> move_api_key(std::string id);

  Transaction& transaction_;
  const StoreContext& store_;
  std::size_t left_;
  std::size_t looks_;
  std::size_t bytes_;
  const bool third_format_;
  std::vector<MovedRow> moved_;  ///< not in `numbered_`
  std::vector<MovedRows> numbered_;
  RewrapStep step_;
};

}  // namespace tacit::store
