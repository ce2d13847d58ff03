#include "store/verify/audit_replay.hpp"

#include "store/audit/audit_form.hpp"
#include "store/audit/audit_log.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/api_key_row.hpp"

namespace tacit::store {
namespace {

std::string words_of(AuditPlace place) { return "audit entry " + name_of_entry(place.slot, place.sequence) + ": "; }

std::string key_words(std::string_view id) { return "API key " + std::string(id) + ": "; }

}  // namespace

void AuditReplay::begins_later() {
  from_the_start_ = false;
  secrets_.begins_later();
}

void AuditReplay::begins_again() {
  from_the_start_ = false;
  secrets_.begins_again();
  api_keys_.clear();
  tenants_.clear();
  given_pairs_.clear();
  key_list_.reset();
}

void AuditReplay::give_up() {
  believed_ = false;
  given_pairs_.clear();
  secrets_.give_up();
}

void AuditReplay::commit(const AuditCommit& commit) {
  AuditPlace place;
  place.slot = commit.slot;
  place.sequence = commit.first;
  for (const std::string& body : commit.bodies) {
    const auto read = read_replay_entry(body);
    if (read) replay(*read, body, place, commit.signed_planes);
    ++place.sequence;
  }
}

void AuditReplay::replay(const ReplayEntry& read, std::string_view body, AuditPlace place, std::uint8_t signed_planes) {
  ++replayed_;
  entry(read, place, standing_of(read, body, place, signed_planes));
}

bool AuditReplay::is_required(AuditPlace place) const {
  return cut_off_ && (!place.slot.is_embedded() || place.sequence >= *cut_off_);
}

AuditReplay::Standing AuditReplay::standing_of(const ReplayEntry& entry, std::string_view body, AuditPlace place,
                                               std::uint8_t signed_planes) const {
  const bool is_signed = (entry.plane & signed_planes) != 0;
  if (!is_required(place)) return {.counts = true, .by_operator = true, .is_signed = is_signed};
  const bool may_write_it = (entry.plane & row_of(entry.action).planes) != 0;
  const bool counts = is_signed && may_write_it && has_entry_form(body);
  return {.counts = counts, .by_operator = counts && entry.plane == by_operators, .is_signed = is_signed};
}

void AuditReplay::entry(const ReplayEntry& entry, AuditPlace place, const Standing& standing) {
  if (!entry.moved.empty()) moved_rows(entry, place, standing.by_operator);
  if (!standing.counts) return;
  if (standing.by_operator) operator_entry(entry, place);
  if (!entry.ok) return;
  switch (entry.action) {
    case AuditAction::secret_create:
      if (entry.tenant && entry.tenant_key) {
        TenantLife& life = tenants_[*entry.tenant];
        // Only a tenant without a pair takes one.
        if (!life.key) life.key = entry.tenant_key;
        pair_given(*entry.tenant, *entry.tenant_key, place);
      }
      return secrets_.created(entry);
    case AuditAction::secret_update:
    case AuditAction::secret_rollback:
    case AuditAction::secret_version_delete:
      return secrets_.updated(entry);
    case AuditAction::secret_delete:
      return secrets_.deleted(entry);
    case AuditAction::secret_release:
      // An attacker with write access can make processes believe for a while that the store has an older format.
      if (is_required(place) && entry.rows.empty() && !entry.secrets.empty()) {
        add(words_of(place) + "releases secrets without the hashes of their rows");
      }
      return secrets_.released(entry, place, standing.is_signed);
    case AuditAction::api_key_create:
    case AuditAction::api_key_update:
    case AuditAction::api_key_revoke:
      return api_key_event(entry);
    case AuditAction::tenant_erase:
      if (entry.tenant) tenant_erased(*entry.tenant, entry.change.value_or(0));
      return;
    default:
      return;
  }
}

void AuditReplay::operator_entry(const ReplayEntry& entry, AuditPlace place) {
  switch (entry.action) {
    case AuditAction::key_promote:
    case AuditAction::key_retire:
      // An audit key is not in the list. A key that is kept after all has an entry with another outcome.
      if (entry.rows.empty() && !entry.reason.starts_with("audit-")) key_list_.reset();
      [[fallthrough]];
    case AuditAction::key_add:
    case AuditAction::key_rewrap:
      if (!entry.rows.empty()) key_list_ = entry.rows.front();
      return;
    case AuditAction::store_restore:
      key_list_.reset();  // that of a backup from before signatures is signed (store/backup/sign_restored.hpp)
      return;
    case AuditAction::tenant_rekey:
      if (!entry.ok || !entry.tenant || !entry.tenant_key) return;
      tenants_[*entry.tenant].key = entry.tenant_key;
      return pair_given(*entry.tenant, *entry.tenant_key, place);
    case AuditAction::quota_set:
      if (entry.ok && entry.tenant) tenants_[*entry.tenant].limits.quota_set(entry.reason);
      return;
    case AuditAction::limits_set:
      if (entry.ok && entry.tenant) tenants_[*entry.tenant].limits.limits_set(entry.reason);
      return;
    default:
      return;
  }
}

void AuditReplay::pair_given(const crypto::Uuid& tenant, const crypto::KeyNumber& number, AuditPlace place) {
  if (!believed_) return;
  const auto [at, fresh] = given_pairs_.emplace(number, tenant);
  if (fresh || at->second == tenant) return;
  add(words_of(place) + "gives tenant " + tenant.str() + " a key whose number is also that of tenant " +
      at->second.str() + "'s key");
}

void AuditReplay::moved_rows(const ReplayEntry& entry, AuditPlace place, bool by_operator) {
  if (!by_operator) {
    return add(words_of(place) + "moves rows, but its commit is not signed by an operator");
  }
  for (const MovedRow& row : entry.moved) {
    const bool is_numbered = entry.tenant == row.tenant;
    secrets_.moved(row, place, is_numbered ? entry.change.value_or(0) : 0);
  }
}

AuditReplay::ApiKeyLife* AuditReplay::api_key_life(const std::string& id) {
  if (!from_the_start_) return &api_keys_[id];
  const auto at = api_keys_.find(id);
  return at != api_keys_.end() ? &at->second : nullptr;
}

void AuditReplay::api_key_event(const ReplayEntry& entry) {
  const std::string& id = entry.reason;
  if (entry.action == AuditAction::api_key_create) {
    ApiKeyLife& made = api_keys_[id];
    if (erased(made)) made = {};  // another key of the same id
    made.changed = entry.time;
    made.tenant = entry.tenant;
    made.made = replayed_;
  }
  ApiKeyLife* const life = api_key_life(id);
  if (life == nullptr) return;
  life->content.reset();
  if (!entry.rows.empty()) life->content = entry.rows.front();
  if (!life->tenant) life->tenant = entry.tenant;
  if (entry.action == AuditAction::api_key_revoke) life->revoked = true;
  if (entry.action != AuditAction::api_key_update) return;
  life->changed = entry.time;
  life->updated = true;
}

void AuditReplay::tenant_erased(const crypto::Uuid& tenant, std::uint64_t change) {
  secrets_.tenant_erased(tenant, change);
  TenantLife& life = tenants_[tenant];
  life.key.reset();
  life.limits.set_defaults();
  life.erased = replayed_;
}

bool AuditReplay::erased(const ApiKeyLife& life) const {
  const auto at = life.tenant ? tenants_.find(*life.tenant) : tenants_.end();
  return at != tenants_.end() && at->second.erased > life.made;
}

void AuditReplay::secret(const ReplayedSecret& secret) {
  const auto at = tenants_.find(secret.tenant);
  secrets_.stored(secret, at != tenants_.end() && at->second.erased != 0);
}

void AuditReplay::tenant(const crypto::Uuid& tenant, const std::optional<crypto::TenantKey>& key,
                         const TenantLimits& limits, const std::optional<std::uint64_t>& quota,
                         std::uint32_t record_format) {
  const auto at = tenants_.find(tenant);
  TenantLife life = at != tenants_.end() ? at->second : TenantLife();
  const std::string its = "tenant " + tenant.str() + ": its ";
  const bool has_it = key && key->certificate && life.key == key->certificate->number;
  if (life.key && !has_it) {
    add(its + "key is not the one of its last entry in the audit log: an old one was put back");
  }
  if (from_the_start_) life.limits.fill_with_defaults();
  for (const std::string& difference : life.limits.differences(limits, quota, record_format)) add(its + difference);
}

void AuditReplay::api_key(std::string_view id, const ApiKey* key) {
  const auto at = api_keys_.find(id);
  if (at == api_keys_.end()) {
    if (!from_the_start_ || key == nullptr) return;
    return add(key_words(id) + "is stored, but the audit log has no entry of its creation");
  }
  at->second.stored = true;
  if (key != nullptr) judge(id, at->second, *key);
}

void AuditReplay::judge(std::string_view id, const ApiKeyLife& life, const ApiKey& key) {
  const auto say = [&](std::string_view what) { add(key_words(id) + std::string(what)); };
  if (erased(life)) return say("is stored, but its tenant is erased in the audit log: its row was put back");
  if (life.revoked && !key.revoked_at) {
    return say("is valid, but is revoked in the audit log: an old row was put back");
  }
  // A row without the time of its change was never updated.
  const std::string stored = key.changed_at != 0 ? rfc3339(key.changed_at) : std::string();
  if (stored.empty() ? life.updated : stored < life.changed) {
    return say("is older than its last change in the audit log: an old row was put back");
  }
  // A key of which the log contains only the revocation was last changed before.
  if (!life.changed.empty() && stored > life.changed) return say("is newer than its last change in the audit log");
  if (life.content && *life.content != api_key_digest(key)) {
    say("differs from its last entry in the audit log: it was changed or put back without an entry");
  }
}

void AuditReplay::key_list(const crypto::Digest& row) {
  if (!key_list_ || *key_list_ == row) return;
  add("the store as a whole: its record of its keys is not the one of the last change in the audit log: an old one was "
      "put back");
}

void AuditReplay::finish() {
  secrets_.finish();
  for (const auto& [id, life] : api_keys_) {
    if (!life.stored && !erased(life)) add(key_words(id) + "is missing, but is created in the audit log");
  }
}

void AuditReplay::add(const std::string& problem) {
  if (believed_) findings_.add(problem);
}

}  // namespace tacit::store
