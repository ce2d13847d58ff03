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
      : store_(parts.store),
        replay_(parts.replay),
        api_key_index_(parts.api_key_index),
        pairs_(parts.pairs),
        uses_(parts.uses),
        report_(parts.report),
        tenant_(tenant),
        rows_format_(rows_format) {}

  const Uuid& tenant() const { return tenant_; }
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
  void newest_secret_row(const ParsedKey& key, const Row& row);
  void previous_value_row(const ParsedKey& key, const Row& row);
  void idempotency_row(const ParsedKey& key, const Row& row);
  /// A row that cannot be opened. Only one of format 1 says what it counts for.
  void unreadable(const Uuid& id, const Row& row, const std::string& why);
  /// A value as it is stored, and what it has to be.
  struct BoxedValue {
    Uuid secret;
    std::string its;  ///< the beginning of a problem
    std::uint32_t sealed_version = 0;
    ByteView box;
    Bytes binding;
    std::size_t size = 0;
    const std::optional<std::string>& display;
  };
  /// Whether it was opened.
  bool check_value(const BoxedValue& value);
  void expect_entries(const StoredSecret& secret);
  void expect(const RowKey& key, ByteView value, const Uuid& secret, const char* index);
  void check_pairs();
  /// The private half of a pair; std::nullopt without the root private keyring, or if it cannot be opened.
  std::optional<crypto::PrivateKey> open_private_key(const crypto::TenantKey& key, const char* name);
  void problem(const std::string& what);

  const StoreContext& store_;
  AuditReplay& replay_;
  ApiKeyIndexCheck& api_key_index_;
  KeyCheck& pairs_;
  UsesCheck& uses_;
  VerifyReport& report_;
  const Uuid tenant_;
  const std::uint32_t rows_format_;
  bool has_record_ = false;
  std::optional<TenantRecord> record_;  ///< only if its MAC is right
  std::optional<crypto::TenantKeys> keys_;
  std::optional<crypto::TenantKeys> previous_keys_;  ///< while the tenant is being moved to another metadata key
  std::optional<crypto::PrivateKey> private_key_;
  std::optional<crypto::PrivateKey> previous_private_key_;
  std::uint64_t used_ = 0;
  std::uint64_t count_ = 0;
  PrefixCounts prefixes_;
  std::map<Key, Entry> expected_;
  VersionsCheck versions_{[this](const std::string& what) { problem(what); }};
  IdempotencyCheck idempotency_{[this](const std::string& what) { problem(what); }};
  bool all_opened_ = true;   ///< else some expected entries are unknown
  bool all_counted_ = true;  ///< else the bytes that count are unknown
};

}  // namespace tacit::store
