#include "store/verify/secret_replay.hpp"

#include "store/model/timestamp.hpp"

namespace tacit::store {
namespace {

std::string words(const crypto::Uuid& tenant, const crypto::Uuid& id) {
  return "secret " + id.str() + " of tenant " + tenant.str();
}

}  // namespace

std::optional<SecretReplay::Name> SecretReplay::name_of(const ReplayEntry& entry) {
  if (!entry.tenant || entry.secrets.empty()) return std::nullopt;
  return Name{*entry.tenant, entry.secrets.front()};
}

SecretReplay::Life* SecretReplay::life_of(const Name& name) {
  if (!from_the_start_) return &lives_[name];
  const auto at = lives_.find(name);
  return at != lives_.end() ? &at->second : nullptr;
}

void SecretReplay::change(Life& life, const ReplayEntry& entry) {
  life.changed = entry.time;
  life.row.reset();
  if (!entry.rows.empty()) life.row = entry.rows.front();
  life.version = entry.versions.empty() ? 0 : entry.versions.front();
}

void SecretReplay::created(const ReplayEntry& entry) {
  if (const auto name = name_of(entry)) change(lives_[*name], entry);
}

void SecretReplay::updated(const ReplayEntry& entry) {
  const auto name = name_of(entry);
  Life* const life = name ? life_of(*name) : nullptr;
  if (life != nullptr) change(*life, entry);
}

void SecretReplay::deleted(const ReplayEntry& entry) {
  const auto name = name_of(entry);
  Life* const life = name ? life_of(*name) : nullptr;
  if (life != nullptr) life->deleted = true;
}

void SecretReplay::released(const ReplayEntry& entry, std::uint64_t sequence, bool is_signed) {
  if (!entry.tenant || entry.rows.empty()) return;
  for (std::size_t i = 0; i < entry.secrets.size(); ++i) {
    const Name name{*entry.tenant, entry.secrets[i]};
    judge_release(name, entry, i, sequence);
    if (is_signed) learn(name, entry, i);
  }
}

void SecretReplay::learn(const Name& name, const ReplayEntry& entry, std::size_t index) {
  Life* const life = life_of(name);
  if (life == nullptr || life->deleted || life->row) return;
  life->row = entry.rows[index];
  if (life->version == 0 && !entry.versions.empty()) life->version = entry.versions[index];
}

void SecretReplay::judge_release(const Name& name, const ReplayEntry& entry, std::size_t index,
                                 std::uint64_t sequence) {
  const auto at = lives_.find(name);
  const bool exists = at != lives_.end() && !at->second.deleted;
  // A secret without an entry may be older than the log, if the log has lost its beginning.
  if (at == lives_.end() && !from_the_start_) return;
  const std::string secret = words(name.tenant, name.id);
  if (!exists || (at->second.row && *at->second.row != entry.rows[index])) {
    return entry_problem(sequence, secret + " was released from a row that the log does not know");
  }
  const std::uint32_t current = at->second.version;
  if (current == 0 || entry.versions.empty() || entry.versions[index] == current) return;
  entry_problem(sequence, secret + " was released as version " + std::to_string(entry.versions[index]) +
                              ", but version " + std::to_string(current) + " was current");
}

void SecretReplay::moved(const MovedRow& row, std::uint64_t sequence) {
  Life* const life = life_of({row.tenant, row.secret});
  const std::string secret = "moves " + words(row.tenant, row.secret);
  if (life == nullptr || life->deleted) return entry_problem(sequence, secret + ", which does not exist");
  if (life->row && *life->row != row.before) {
    entry_problem(sequence,
                  secret + " from a row that the log does not know: it was changed or put back without an entry");
  }
  life->row = row.after;
}

void SecretReplay::tenant_erased(const crypto::Uuid& tenant) {
  for (auto at = lives_.lower_bound({tenant, {}}); at != lives_.end() && at->first.tenant == tenant; ++at) {
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

void SecretReplay::entry_problem(std::uint64_t sequence, const std::string& what) {
  if (believed_) findings_.add("audit entry " + std::to_string(sequence) + ": " + what);
}

}  // namespace tacit::store
