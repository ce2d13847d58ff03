#include "store/verify/audit_replay.hpp"

#include <boost/json/parse.hpp>

namespace tacit::store {
namespace {

namespace json = boost::json;

/// A text member; empty if there is none.
std::string_view text(const json::object& entry, std::string_view name) {
  const json::value* const member = entry.if_contains({name.data(), name.size()});
  const json::string* const string = member != nullptr ? member->if_string() : nullptr;
  return string != nullptr ? std::string_view(string->data(), string->size()) : std::string_view();
}

std::optional<crypto::Uuid> first_secret(const json::object& entry) {
  const json::value* const member = entry.if_contains("secrets");
  const json::array* const secrets = member != nullptr ? member->if_array() : nullptr;
  if (secrets == nullptr || secrets->empty() || !secrets->front().is_string()) return std::nullopt;
  const json::string& id = secrets->front().get_string();
  return crypto::parse_uuid({id.data(), id.size()});
}

}  // namespace

void AuditReplay::entry(std::string_view body) {
  ++entries_;
  json::error_code error;
  const json::value parsed = json::parse({body.data(), body.size()}, error);
  if (error || !parsed.is_object()) return;
  const json::object& entry = parsed.get_object();
  if (text(entry, "outcome") != name_of(AuditOutcome::ok)) return;
  const auto action = find_audit_action(text(entry, "action"));
  if (!action) return;
  const auto tenant = crypto::parse_uuid(text(entry, "tenant"));
  switch (*action) {
    case AuditAction::api_key_create:
    case AuditAction::api_key_update:
    case AuditAction::api_key_revoke:
      return api_key_event(*action, std::string(text(entry, "reason")), tenant, text(entry, "time"));
    case AuditAction::tenant_erase:
      if (tenant) tenant_erased(*tenant);
      return;
    default:
      break;
  }
  const auto id = first_secret(entry);
  if (tenant && id) secret_event(*action, {*tenant, *id}, text(entry, "time"));
}

void AuditReplay::secret_event(AuditAction action, const SecretName& name, std::string_view time) {
  const bool changes = action == AuditAction::secret_update;
  if (action == AuditAction::secret_create) secrets_[name].changed = time;
  if (!changes && action != AuditAction::secret_delete) return;
  SecretLife* const life = life_of(secrets_, name);
  if (life == nullptr) return;
  if (changes) life->changed = time;
  if (!changes) life->deleted = true;
}

void AuditReplay::api_key_event(AuditAction action, const std::string& id, std::optional<crypto::Uuid> tenant,
                                std::string_view time) {
  const bool changes = action == AuditAction::api_key_update;
  if (action == AuditAction::api_key_create) {
    api_keys_[id].changed = time;
    api_keys_[id].tenant = tenant;
    api_keys_[id].made = entries_;
  }
  if (!changes && action != AuditAction::api_key_revoke) return;
  ApiKeyLife* const life = life_of(api_keys_, id);
  if (life == nullptr) return;
  if (!life->tenant) life->tenant = tenant;
  if (!changes) life->revoked = true;
  if (!changes) return;
  life->changed = time;
  life->updated = true;
}

void AuditReplay::tenant_erased(const crypto::Uuid& tenant) {
  for (auto at = secrets_.lower_bound({tenant, {}}); at != secrets_.end() && at->first.tenant == tenant; ++at) {
    at->second.deleted = true;
  }
  erased_[tenant] = entries_;
}

bool AuditReplay::erased(const ApiKeyLife& life) const {
  const auto at = life.tenant ? erased_.find(*life.tenant) : erased_.end();
  return at != erased_.end() && at->second > life.made;
}

void AuditReplay::secret(const crypto::Uuid& tenant, const crypto::Uuid& id, std::optional<std::int64_t> updated_at) {
  if (!believed_) return;
  const SecretName name{tenant, id};
  const auto at = secrets_.find(name);
  if (at != secrets_.end()) return judge(name, at->second, updated_at);
  // A row that cannot be opened may belong to another tenant, and was reported.
  if (!updated_at) return;
  if (from_the_start_) return problem(name, "is stored, but the audit log has no entry of its creation");
  if (erased_.contains(tenant)) problem(name, "is stored, but its tenant is erased in the audit log");
}

void AuditReplay::judge(const SecretName& name, SecretLife& life, std::optional<std::int64_t> updated_at) {
  life.stored = true;
  if (life.deleted) return problem(name, "is stored, but is deleted in the audit log: its row was put back");
  if (!updated_at) return;
  const std::string stored = rfc3339(*updated_at);  // of fixed length: later is larger
  if (stored < life.changed) problem(name, "is older than its last change in the audit log: an old row was put back");
  if (stored > life.changed) problem(name, "is newer than its last change in the audit log");
}

void AuditReplay::api_key(std::string_view id, const ApiKey* key) {
  if (!believed_) return;
  const auto at = api_keys_.find(id);
  if (at == api_keys_.end()) {
    if (!from_the_start_ || key == nullptr) return;
    return findings_.add("API key " + std::string(id) + ": is stored, but the audit log has no entry of its creation");
  }
  at->second.stored = true;
  if (key != nullptr) judge(id, at->second, *key);
}

void AuditReplay::judge(std::string_view id, const ApiKeyLife& life, const ApiKey& key) {
  const auto say = [&](std::string_view what) {
    findings_.add("API key " + std::string(id) + ": " + std::string(what));
  };
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
  if (!life.changed.empty() && stored > life.changed) say("is newer than its last change in the audit log");
}

void AuditReplay::finish() {
  if (!believed_) return;
  for (const auto& [name, life] : secrets_) {
    if (!life.deleted && !life.stored) problem(name, "is missing, but is created and never deleted in the audit log");
  }
  for (const auto& [id, life] : api_keys_) {
    if (!life.stored && !erased(life)) findings_.add("API key " + id + ": is missing, but is created in the audit log");
  }
}

void AuditReplay::problem(const SecretName& name, std::string_view what) {
  findings_.add("tenant " + name.tenant.str() + ": secret " + name.id.str() + ": " + std::string(what));
}

}  // namespace tacit::store
