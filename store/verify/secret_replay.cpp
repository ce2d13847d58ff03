#include "store/verify/secret_replay.hpp"

#include "store/audit/audit_log.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::store {
namespace {

/// A release is behind by as many changes of its secret as other hosts made while it was being written, and by the
/// difference of the hosts' clocks.
constexpr std::size_t most_before = 64;

std::string words(const crypto::Uuid& tenant, const crypto::Uuid& id) {
  return "secret " + id.str() + " of tenant " + tenant.str();
}

}  // namespace

std::optional<SecretReplay::Name> SecretReplay::name_of(const ReplayEntry& entry) {
  if (!entry.tenant || entry.secrets.empty()) return std::nullopt;
  return Name{*entry.tenant, entry.secrets.front()};
}

SecretReplay::Life* SecretReplay::life_of(const Name& name) {
  if (!from_the_start_) {
    const auto [made, fresh] = lives_.try_emplace(name);
    if (fresh) made->second.forgot = true;
    return &made->second;
  }
  const auto at = lives_.find(name);
  return at != lives_.end() ? &at->second : nullptr;
}

void SecretReplay::keep_before(Life& life, std::uint64_t from) {
  if (from == 0) return;
  // What an entry without a number made, in an embedded store, counts as the first.
  const bool was_known = life.from != 0 || life.row || !life.changed.empty();
  if (was_known) life.before.push_back({life.row, life.version, life.deleted, life.from});
  if (life.before.size() > most_before) {
    life.before.pop_front();
    life.forgot = true;
  }
  life.from = from;
}

bool SecretReplay::is_late(const Life& life, const ReplayEntry& entry) {
  return entry.change && *entry.change < life.from;
}

bool SecretReplay::was_current(const Life& life, const ReplayEntry& entry, std::size_t index) {
  if (!entry.change) return false;
  // A move of the row without a number of its own, by an earlier build: both rows have the same.
  std::uint64_t from = is_late(life, entry) ? 0 : life.from;
  for (auto at = life.before.rbegin(); at != life.before.rend(); ++at) {
    if (at->from > *entry.change) continue;
    if (from != 0 && at->from != from) return false;
    from = at->from;
    const bool same_version = at->version == 0 || entry.versions.empty() || entry.versions[index] == at->version;
    if (!at->deleted && (!at->row || *at->row == entry.rows[index]) && same_version) return true;
  }
  return is_late(life, entry) && from == 0 && life.forgot;
}

void SecretReplay::change(Life& life, const ReplayEntry& entry) {
  keep_before(life, entry.change.value_or(0));
  life.changed = entry.time;
  life.row.reset();
  if (!entry.rows.empty()) life.row = entry.rows.front();
  life.version = entry.versions.empty() ? 0 : entry.versions.front();
}

void SecretReplay::created(const ReplayEntry& entry) {
  const auto name = name_of(entry);
  if (!name) return;
  Life& life = lives_[*name];
  change(life, entry);
  life.deleted = false;  // of a tenant that was erased and made again
}

void SecretReplay::updated(const ReplayEntry& entry) {
  const auto name = name_of(entry);
  Life* const life = name ? life_of(*name) : nullptr;
  if (life != nullptr) change(*life, entry);
}

void SecretReplay::deleted(const ReplayEntry& entry) {
  const auto name = name_of(entry);
  Life* const life = name ? life_of(*name) : nullptr;
  if (life == nullptr) return;
  keep_before(*life, entry.change.value_or(0));
  life->deleted = true;
}

void SecretReplay::released(const ReplayEntry& entry, AuditPlace place, bool is_signed) {
  if (!entry.tenant || entry.rows.empty()) return;
  for (std::size_t i = 0; i < entry.secrets.size(); ++i) {
    const Name name{*entry.tenant, entry.secrets[i]};
    judge_release(name, entry, i, place);
    if (is_signed) learn(name, entry, i);
  }
}

void SecretReplay::learn(const Name& name, const ReplayEntry& entry, std::size_t index) {
  Life* const life = life_of(name);
  if (life == nullptr || life->deleted || life->row || is_late(*life, entry)) return;
  life->row = entry.rows[index];
  if (life->version == 0 && !entry.versions.empty()) life->version = entry.versions[index];
}

void SecretReplay::judge_release(const Name& name, const ReplayEntry& entry, std::size_t index, AuditPlace place) {
  const auto at = lives_.find(name);
  const bool exists = at != lives_.end() && !at->second.deleted;
  // A secret without an entry may be older than the log, if the log has lost its beginning.
  if (at == lives_.end() && !from_the_start_) return;
  const std::string secret = words(name.tenant, name.id);
  if (at != lives_.end() && was_current(at->second, entry, index)) return;
  if ((exists && is_late(at->second, entry)) || !exists || (at->second.row && *at->second.row != entry.rows[index])) {
    return entry_problem(place, secret + " was released from a row that the log does not know");
  }
  const std::uint32_t current = at->second.version;
  if (current == 0 || entry.versions.empty() || entry.versions[index] == current) return;
  entry_problem(place, secret + " was released as version " + std::to_string(entry.versions[index]) + ", but version " +
                           std::to_string(current) + " was current");
}

void SecretReplay::moved(const MovedRow& row, AuditPlace place, std::uint64_t change) {
  Life* const life = life_of({row.tenant, row.secret});
  const std::string secret = "moves " + words(row.tenant, row.secret);
  if (life == nullptr || life->deleted) return entry_problem(place, secret + ", which does not exist");
  if (life->row && *life->row != row.before) {
    entry_problem(place,
                  secret + " from a row that the log does not know: it was changed or put back without an entry");
  }
  keep_before(*life, change != 0 ? change : life->from);
  life->row = row.after;
}

void SecretReplay::tenant_erased(const crypto::Uuid& tenant, std::uint64_t change) {
  for (auto at = lives_.lower_bound({tenant, {}}); at != lives_.end() && at->first.tenant == tenant; ++at) {
    keep_before(at->second, change);
    at->second.deleted = true;
  }
}

void SecretReplay::stored(const ReplayedSecret& secret, bool tenant_erased) {
  if (!believed_) return;
  const Name name{secret.tenant, secret.id};
  const auto at = lives_.find(name);
  if (at != lives_.end()) return judge(name, at->second, secret);
  // A row that cannot be opened may belong to another tenant, and was reported.
  if (!secret.updated_at) return;
  if (from_the_start_) return problem(name, "is stored, but the audit log has no entry of its creation");
  if (tenant_erased) problem(name, "is stored, but its tenant is erased in the audit log");
}

void SecretReplay::judge(const Name& name, Life& life, const ReplayedSecret& secret) {
  life.stored = true;
  if (life.deleted) return problem(name, "is stored, but is deleted in the audit log: its row was put back");
  if (!secret.updated_at) return;
  const std::string stored = rfc3339(*secret.updated_at);  // of fixed length: later is larger
  if (stored < life.changed) {
    return problem(name, "is older than its last change in the audit log: an old row was put back");
  }
  // A secret of which the log contains only a move was last changed before.
  if (!life.changed.empty() && stored > life.changed) {
    return problem(name, "is newer than its last change in the audit log");
  }
  if (life.row && *life.row != secret.row) {
    problem(name,
            "its row is not the one of its last entry in the audit log: it was changed or put back without an entry");
  }
}

void SecretReplay::finish() {
  if (!believed_) return;
  for (const auto& [name, life] : lives_) {
    if (!life.deleted && !life.stored) problem(name, "is missing, but is created and never deleted in the audit log");
  }
}

void SecretReplay::problem(const Name& name, std::string_view what) {
  findings_.add("tenant " + name.tenant.str() + ": secret " + name.id.str() + ": " + std::string(what));
}

void SecretReplay::entry_problem(AuditPlace place, const std::string& what) {
  if (believed_) findings_.add("audit entry " + name_of_entry(place.slot, place.sequence) + ": " + what);
}

}  // namespace tacit::store
