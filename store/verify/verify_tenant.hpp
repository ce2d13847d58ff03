// Checks one tenant: all rows under its prefix, in the order of the keys (the record, the secrets, then the indexes,
// see store/rows/row_key.hpp).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "store/engine/context.hpp"
#include "store/model/verify_report.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/verify/audit_replay.hpp"
#include "store/verify/verify_api_keys.hpp"

namespace tacit::store {

class TenantCheck {
 public:
  TenantCheck(const StoreContext& store, AuditReplay& replay, ApiKeyIndexCheck& keys, VerifyReport& report,
              const Uuid& tenant)
      : store_(store), replay_(replay), api_key_index_(keys), report_(report), tenant_(tenant) {}

  const Uuid& tenant() const { return tenant_; }
  /// Call before the first row if the store takes no record of a newer format yet.
  void expect_first_format() { only_first_format_ = true; }
  void row(const ParsedKey& key, const Row& row);
  /// Call after the last row.
  void finish();

 private:
  /// An index entry that a secret requires.
  struct Entry {
    Bytes value;
    Uuid secret;
  };
  using Key = std::string;

  void record_row(const ParsedKey& key, const Row& row);
  void secret_row(const ParsedKey& key, const Row& row);
  void index_row(const Row& row);
  void check_value(const StoredSecret& secret);
  void expect_entries(const StoredSecret& secret);
  void expect(const RowKey& key, ByteView value, const Uuid& secret, const char* index);
  void open_private_key();
  void problem(const std::string& what);

  const StoreContext& store_;
  AuditReplay& replay_;
  ApiKeyIndexCheck& api_key_index_;
  VerifyReport& report_;
  const Uuid tenant_;
  bool only_first_format_ = false;
  bool has_record_ = false;
  std::optional<TenantRecord> record_;  ///< only if its MAC is right
  std::optional<crypto::TenantKeys> keys_;
  std::optional<crypto::TenantKeys> previous_keys_;  ///< while the tenant is being moved to another metadata key
  std::optional<crypto::PrivateKey> private_key_;
  std::uint64_t used_ = 0;
  std::uint64_t count_ = 0;
  PrefixCounts prefixes_;
  std::map<Key, Entry> expected_;
  bool all_opened_ = true;  ///< else some expected entries are unknown
};

}  // namespace tacit::store
