// Checks one tenant: all rows under its prefix, in the order of the keys (the record, the secrets, then the indexes,
// see store/rows/row_key.hpp).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "store/engine/context.hpp"
#include "store/model/verify_report.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/verify/audit_replay.hpp"
#include "store/verify/tenant_opening.hpp"
#include "store/verify/verify_api_keys.hpp"
#include "store/verify/verify_idempotency.hpp"
#include "store/verify/verify_keys.hpp"
#include "store/verify/verify_uses.hpp"
#include "store/verify/verify_versions.hpp"

namespace tacit::store {

class TenantCheck {
 public:
  /// What the checks of all tenants have in common; all must outlive them.
  struct Parts {
    const StoreContext& store;
    AuditReplay& replay;
    ApiKeyIndexCheck& api_key_index;
    KeyCheck& pairs;
    UsesCheck& uses;
    VerifyReport& report;
  };

  /// `rows_format`: the newest format in which the store's rows may be.
  TenantCheck(const Parts& parts, const Uuid& tenant, std::uint32_t rows_format)
      : TenantCheck(parts, std::make_shared<TenantOpening>(parts.store, parts.pairs, tenant), rows_format) {}
  /// The same with an opening that other threads may share, and that has the record's row if there is one.
  TenantCheck(const Parts& parts, std::shared_ptr<TenantOpening> opening, std::uint32_t rows_format)
      : store_(parts.store),
        replay_(parts.replay),
        api_key_index_(parts.api_key_index),
        pairs_(parts.pairs),
        uses_(parts.uses),
        report_(parts.report),
        opening_(std::move(opening)),
        tenant_(opening_->tenant()),
        rows_format_(rows_format) {}

  const Uuid& tenant() const { return tenant_; }
  void row(const ParsedKey& key, const Row& row);
  /// The same for a row that was checked by this tenant's opening already (`check_row`).
  void row(const ParsedKey& key, const Row& row, std::optional<CheckedSecret> checked);
  /// Call after the last row.
  void finish();

 private:
  /// An index entry that a secret requires. Its value is the secret's id, or empty.
  struct Entry {
    Uuid secret;
    bool has_id = false;
  };
  using Key = std::string;

  void record_row(const ParsedKey& key);
  void secret_row(const Row& row, std::optional<CheckedSecret> checked);
  void index_row(const Row& row);
  void newest_secret_row(const ParsedKey& key, const Row& row);
  void previous_value_row(const ParsedKey& key, const Row& row);
  void idempotency_row(const ParsedKey& key, const Row& row);
  /// A row that cannot be opened. Only one of format 1 says what it counts for.
  void unreadable(const Uuid& id, const Row& row, const std::string& why);
  /// Whether it was opened. `its`: the beginning of a problem.
  bool judge_value(const std::string& its, const CheckedValue& value);
  void expect_entries(const CheckedSecret& checked);
  void expect(const RequiredEntry& required, const Uuid& secret);
  void check_pairs(const TenantOpening::Opened& opened);
  const TenantOpening::Opened& opened() const { return opening_->opened(); }
  const crypto::TenantKeys* keys() const { return has_record_ && opened().keys ? &*opened().keys : nullptr; }
  /// Only if its MAC is right.
  const TenantRecord* record() const { return has_record_ && opened().record ? &*opened().record : nullptr; }
  void problem(const std::string& what);

  const StoreContext& store_;
  AuditReplay& replay_;
  ApiKeyIndexCheck& api_key_index_;
  KeyCheck& pairs_;
  UsesCheck& uses_;
  VerifyReport& report_;
  const std::shared_ptr<TenantOpening> opening_;
  const Uuid tenant_;
  const std::uint32_t rows_format_;
  bool has_record_ = false;
  std::uint64_t used_ = 0;
  std::uint64_t count_ = 0;
  PrefixCounts prefixes_;
  std::unordered_map<Key, Entry> expected_;
  VersionsCheck versions_{[this](const std::string& what) { problem(what); }};
  IdempotencyCheck idempotency_{[this](const std::string& what) { problem(what); }};
  bool all_opened_ = true;   ///< else some expected entries are unknown
  bool all_counted_ = true;  ///< else the bytes that count are unknown
};

/// What takes the time of `TenantCheck::row`; std::nullopt for rows that take little. Any thread.
std::optional<CheckedSecret> check_row(const TenantOpening& opening, const ParsedKey& key, ByteView row);

}  // namespace tacit::store
