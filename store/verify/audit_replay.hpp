// The rows that must exist according to the audit log. Replays its entries from the oldest, then compares each row with
// the result, so a genuine row that was put back, removed, changed or replaced by an older version is detected. Holds
// an id, an instant and a hash for each secret and API key that the log created, and a few bytes for each tenant and
// each key pair that a tenant got.
//
// Entries of a store that takes rows of format 3 have the SHA-256 of the row that they leave or release, and those of
// rewraps and rekeys the one before, too (store/model/audit.hpp). Older entries are judged by times alone; from the
// cut-off on a release needs the hashes.
//
// An attacker with the API plane's keys can append any entry. So from the cut-off (crypto/keyrings/signers.hpp) on an
// entry counts only if it has the form of an entry (store/audit/audit_form.hpp), its plane may write its action, and
// the plane's key signed its commit. The check of the signatures (store/audit/audit_signing.hpp) reports others.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/envelope/envelope.hpp"
#include "crypto/ids/uuid.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/audit/audit_key.hpp"
#include "store/model/api_key.hpp"
#include "store/model/findings.hpp"
#include "store/model/tenant_limits.hpp"
#include "store/verify/commit_sink.hpp"
#include "store/verify/replay_entry.hpp"
#include "store/verify/replay_limits.hpp"
#include "store/verify/secret_replay.hpp"

namespace tacit::store {

/// Receives the whole log, then all rows, then finish(). If the oldest part of the log was pruned, judges only ids with
/// an entry of creation or change in the rest.
class AuditReplay {
 public:
  /// `cut_off`: the entry from which signatures are required; std::nullopt: they are not.
  explicit AuditReplay(Findings& findings, std::optional<std::uint64_t> cut_off = {})
      : findings_(findings), cut_off_(cut_off), secrets_(findings) {}

  /// The next entries of the log.
  void commit(const AuditCommit& commit);
  /// The next entry, which was read of that body. For a log of several slots, in any order in which each tenant's
  /// entries are in the order of its changes.
  void replay(const ReplayEntry& read, std::string_view body, AuditPlace place, std::uint8_t signed_planes);
  /// The log does not begin with its first entry: ids without an entry of creation may be older. Call before the
  /// entries.
  void begins_later();
  /// The log has a fault before the next entries: what is known is forgotten, and they are as those of a log that
  /// begins later.
  void begins_again();
  /// The log is not reliable: stop judging by it.
  void give_up();
  /// The numbers of the key pairs that tenants got according to the log, each with its tenant.
  const std::map<crypto::KeyNumber, crypto::Uuid>& given_pairs() const { return given_pairs_; }

  void secret(const ReplayedSecret& secret);
  /// A tenant's verified record. `quota`: its own.
  void tenant(const crypto::Uuid& tenant, const std::optional<crypto::TenantKey>& key, const TenantLimits& limits,
              const std::optional<std::uint64_t>& quota, std::uint32_t record_format);
  /// A stored API key; `key` is null if its row could not be read.
  void api_key(std::string_view id, const ApiKey* key);
  /// The store's record of its keys.
  void key_list(const crypto::Digest& row);
  /// Call after the last row.
  void finish();

 private:
  struct ApiKeyLife {
    std::string changed;  ///< time of its last change, revocation excluded, as written in the log
    std::optional<crypto::Uuid> tenant;
    std::optional<crypto::Digest> content;  ///< as left by its last entry; std::nullopt: the entry does not say
    bool updated = false;
    bool revoked = false;
    std::uint64_t made = 0;  ///< number of the entry that created it, in the order of the replay
    bool stored = false;
  };
  struct TenantLife {
    std::optional<crypto::KeyNumber> key;  ///< of its newest key pair; std::nullopt: the log does not say
    ReplayLimits limits;                   ///< as set by operators
    std::uint64_t erased = 0;              ///< number of the entry of its erasure, likewise; 0: none
  };

  struct Standing {
    bool counts = false;
    bool by_operator = false;
    bool is_signed = false;  ///< by its plane
  };

  /// Whether signatures, and with them the hashes of rows, are required from that entry.
  bool is_required(AuditPlace place) const;
  Standing standing_of(const ReplayEntry& entry, std::string_view body, AuditPlace place,
                       std::uint8_t signed_planes) const;
  void entry(const ReplayEntry& entry, AuditPlace place, const Standing& standing);
  /// Entries that only operators write.
  void operator_entry(const ReplayEntry& entry, AuditPlace place);
  /// The tenant got a pair. A pair is given to one tenant only, once.
  void pair_given(const crypto::Uuid& tenant, const crypto::KeyNumber& number, AuditPlace place);
  void moved_rows(const ReplayEntry& entry, AuditPlace place, bool by_operator);
  void api_key_event(const ReplayEntry& entry);
  void tenant_erased(const crypto::Uuid& tenant, std::uint64_t change);
  /// The life of a key that an entry changes or ends. Null if it was never created.
  ApiKeyLife* api_key_life(const std::string& id);
  /// Whether its tenant was erased after its creation.
  bool erased(const ApiKeyLife& life) const;
  void judge(std::string_view id, const ApiKeyLife& life, const ApiKey& key);
  void add(const std::string& problem);

  Findings& findings_;
  const std::optional<std::uint64_t> cut_off_;
  SecretReplay secrets_;
  std::map<std::string, ApiKeyLife, std::less<>> api_keys_;
  std::map<crypto::Uuid, TenantLife> tenants_;
  std::map<crypto::KeyNumber, crypto::Uuid> given_pairs_;
  std::optional<crypto::Digest> key_list_;  ///< as left by the last change of the keys; std::nullopt: it does not say
  std::uint64_t replayed_ = 0;              ///< the number of entries
  bool from_the_start_ = true;
  bool believed_ = true;
};

}  // namespace tacit::store
