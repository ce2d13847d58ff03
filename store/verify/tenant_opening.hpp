// What takes the time of a check of a tenant: its keys, its secrets' metadata and values, and the keys of the index
// entries that they need. Any thread may do it; the findings are for TenantCheck (store/verify/verify_tenant.hpp),
// which receives the results in the order of the rows.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/engine/context.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/verify/verify_keys.hpp"

namespace tacit::store {

/// A value as it is stored, and what it has to be.
struct BoxedValue {
  Uuid secret;
  std::uint32_t sealed_version = 0;
  ByteView box;
  Bytes binding;
  std::size_t size = 0;
  const std::optional<std::string>& display;
};

struct CheckedValue {
  bool opened = false;     ///< false also without the root private keyring
  const char* fault = "";  ///< in words; empty: none
};

/// An index entry that a secret requires. Its value is the secret's id, or empty.
struct RequiredEntry {
  RowKey key;
  bool has_id = false;
  const char* what = "";  ///< what two secrets cannot both be or have
};

/// A secret's row. Views of it.
struct CheckedSecret {
  Uuid id;
  Outcome<StoredSecret> secret;
  crypto::Digest row{};
  bool names_other_key = false;  ///< its metadata names another key than its tenant's record
  std::vector<RequiredEntry> entries{};
  CheckedValue value{};
};

/// A tenant's record and keys, opened once by the first thread that needs them. Thread-safe, except `give_record`.
class TenantOpening {
 public:
  /// The store and the check of pairs, of which only `judge` is called, must outlive this object.
  TenantOpening(const StoreContext& store, const KeyCheck& pairs, const Uuid& tenant)
      : store_(store), pairs_(pairs), tenant_(tenant) {}

  const Uuid& tenant() const { return tenant_; }
  /// The row of the record: before anything is opened. Without it the tenant has none.
  void give_record(ByteView row) { row_.emplace(row.begin(), row.end()); }

  struct Pair {
    KeyCheck::Certificate certificate = KeyCheck::Certificate::missing;
    std::optional<crypto::PrivateKey> private_key{};  ///< null without the root private keyring, or if it is closed
    bool is_closed = false;                           ///< the private half cannot be opened
  };
  struct Opened {
    std::optional<TenantRecord> record{};  ///< only if its MAC is right
    std::optional<crypto::TenantKeys> keys{};
    std::optional<crypto::TenantKeys> previous_keys{};  ///< while the tenant is being moved to another metadata key
    const char* problem = "";                           ///< of the record, in words; empty: none, and pairs are judged
    Pair pair{};
    Pair previous_pair{};
  };
  const Opened& opened() const;

  CheckedSecret check_secret(const Uuid& id, ByteView row) const;
  CheckedValue check_value(const BoxedValue& value) const;

 private:
  void open() const;
  Pair open_pair(const crypto::TenantKey& key) const;

  const StoreContext& store_;
  const KeyCheck& pairs_;
  const Uuid tenant_;
  std::optional<Bytes> row_;
  mutable std::once_flag once_;
  mutable Opened opened_;
};

}  // namespace tacit::store
