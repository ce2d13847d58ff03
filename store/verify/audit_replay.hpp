// The rows that must exist according to the audit log. Replays its entries from the oldest, then compares each row with
// the result, so a genuine row that was put back, removed or replaced by an older version is detected. Holds an id and
// an instant for each secret and API key that the log created, and nothing else.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/uuid.hpp"
#include "store/model/api_key.hpp"
#include "store/model/audit_action.hpp"
#include "store/model/findings.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::store {

/// Receives the whole log, then all rows, then finish(). If the oldest part of the log was pruned, judges only ids with
/// an entry of creation or change in the rest.
class AuditReplay {
 public:
  explicit AuditReplay(Findings& findings) : findings_(findings) {}

  /// The next entry of the log.
  void entry(std::string_view body);
  /// The log does not begin with its first entry: ids without an entry of creation may be older. Call before the
  /// entries.
  void begins_later() { from_the_start_ = false; }
  /// The log is not reliable: stop judging by it.
  void give_up() { believed_ = false; }

  /// A stored secret; `updated_at` is std::nullopt if its row could not be opened.
  void secret(const crypto::Uuid& tenant, const crypto::Uuid& id, std::optional<std::int64_t> updated_at);
  /// A stored API key; `key` is null if its row could not be read.
  void api_key(std::string_view id, const ApiKey* key);
  /// Call after the last row.
  void finish();

 private:
  struct SecretName {
    crypto::Uuid tenant;
    crypto::Uuid id;
    auto operator<=>(const SecretName&) const = default;
  };
  struct SecretLife {
    std::string changed;  ///< time of its last change, as written in the log
    bool deleted = false;
    bool stored = false;
  };
  struct ApiKeyLife {
    std::string changed;  ///< time of its last change, revocation excluded, as written in the log
    std::optional<crypto::Uuid> tenant;
    bool updated = false;
    bool revoked = false;
    std::uint64_t made = 0;  ///< sequence of the entry that created it
    bool stored = false;
  };

  void secret_event(AuditAction action, const SecretName& name, std::string_view time);
  void api_key_event(AuditAction action, const std::string& id, std::optional<crypto::Uuid> tenant,
                     std::string_view time);
  void tenant_erased(const crypto::Uuid& tenant);
  /// The life of an id that an entry changes or ends. Its creation may be in the pruned part. Null if the id was never
  /// created.
  template <class Lives, class Name>
  auto life_of(Lives& lives, const Name& name) {
    if (!from_the_start_) return &lives[name];
    const auto at = lives.find(name);
    return at != lives.end() ? &at->second : nullptr;
  }
  void judge(const SecretName& name, SecretLife& life, std::optional<std::int64_t> updated_at);
  /// Whether its tenant was erased after its creation.
  bool erased(const ApiKeyLife& life) const;
  void judge(std::string_view id, const ApiKeyLife& life, const ApiKey& key);
  void problem(const SecretName& name, std::string_view what);

  Findings& findings_;
  std::map<SecretName, SecretLife> secrets_;
  std::map<std::string, ApiKeyLife, std::less<>> api_keys_;
  std::map<crypto::Uuid, std::uint64_t> erased_;  ///< tenants, each with the sequence of its erasure
  std::uint64_t entries_ = 0;
  bool from_the_start_ = true;
  bool believed_ = true;
};

}  // namespace tacit::store
