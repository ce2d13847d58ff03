// What must be stored by what the audit log says: its entries are replayed from the oldest on, then each row is held
// against what became of it. So a row that somebody put back, took away or replaced by an older one is found although
// it is genuine in itself. Holds an id and an instant for each secret and API key that the log ever made, and nothing
// else.
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
#include "store/model/timestamp.hpp"
#include "store/verify/findings.hpp"

namespace tacit::store {

/// Fed with all of the log, then with all rows, then finished. If the log's oldest part was taken out, judges only ids
/// whose making or changing is in the rest.
class AuditReplay {
 public:
  explicit AuditReplay(Findings& findings) : findings_(findings) {}

  /// The next entry of the log.
  void entry(std::string_view body);
  /// The log does not begin with its first entry: what it never made may have been made before. Told before the
  /// entries.
  void begins_later() { from_the_start_ = false; }
  /// The log cannot be believed: nothing is judged by it.
  void give_up() { believed_ = false; }

  /// A stored secret; `updated_at` is nothing if its row could not be opened.
  void secret(const crypto::Uuid& tenant, const crypto::Uuid& id, std::optional<std::int64_t> updated_at);
  /// A stored API key; `key` is null if its row could not be read.
  void api_key(std::string_view id, const ApiKey* key);
  /// After the last row.
  void finish();

 private:
  struct SecretName {
    crypto::Uuid tenant;
    crypto::Uuid id;
    auto operator<=>(const SecretName&) const = default;
  };
  struct SecretLife {
    std::string changed;  ///< the time of its last change, as the log writes it
    bool deleted = false;
    bool stored = false;
  };
  struct KeyLife {
    std::string changed;  ///< the time of its last change, revocation apart, as the log writes it
    std::optional<crypto::Uuid> tenant;
    bool updated = false;
    bool revoked = false;
    std::uint64_t made = 0;  ///< which entry made it
    bool stored = false;
  };

  void secret_event(AuditAction action, const SecretName& name, std::string_view time);
  void key_event(AuditAction action, const std::string& id, std::optional<crypto::Uuid> tenant, std::string_view time);
  void tenant_erased(const crypto::Uuid& tenant);
  /// The life of what was changed or ended: it began before, if perhaps not in what is left of the log. Null if it
  /// never did.
  template <class Lives, class Name>
  auto life_of(Lives& lives, const Name& name) {
    if (!from_the_start_) return &lives[name];
    const auto at = lives.find(name);
    return at != lives.end() ? &at->second : nullptr;
  }
  void judge(const SecretName& name, SecretLife& life, std::optional<std::int64_t> updated_at);
  /// Whether its tenant was erased after it was made.
  bool erased(const KeyLife& life) const;
  void judge(std::string_view id, const KeyLife& life, const ApiKey& key);
  void problem(const SecretName& name, std::string_view what);

  Findings& findings_;
  std::map<SecretName, SecretLife> secrets_;
  std::map<std::string, KeyLife, std::less<>> keys_;
  std::map<crypto::Uuid, std::uint64_t> erased_;  ///< tenants, and which entry says so
  std::uint64_t entries_ = 0;
  bool from_the_start_ = true;
  bool believed_ = true;
};

}  // namespace tacit::store
