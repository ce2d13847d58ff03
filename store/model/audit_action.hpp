// The table of all audited actions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/text/enum_table.hpp"
#include "store/model/growth.hpp"

namespace tacit::store {

enum class AuditOutcome : std::uint8_t { ok, denied, failed };

enum class AuditAction : std::uint8_t {
  secret_create,
  secret_update,
  secret_delete,
  secret_release,
  secret_integrity,
  api_key_create,
  api_key_update,
  api_key_revoke,
  api_key_integrity,
  quota_set,
  limits_set,
  tenant_erase,
  tenant_export,
  store_restore,
  key_add,
  key_promote,
  key_retire,
  key_rewrap,
  credential_refused,
  tool_refused,
  audit_prune,
  tenant_rekey,
  key_prekeys,
  audit_heads,
  secret_rollback,
  secret_version_delete,
  secret_report,
};

// The planes whose processes may write an entry of an action: bits of AuditActionRow::planes.
inline constexpr std::uint8_t by_api = 1;
inline constexpr std::uint8_t by_tools = 2;
inline constexpr std::uint8_t by_operators = 4;
inline constexpr std::uint8_t every_plane = by_api | by_tools | by_operators;

struct AuditActionRow {
  AuditAction action;
  std::string_view name;  ///< as in entries: never changes
  AuditOutcome outcome;   ///< unless the event specifies another
  Growth growth;          ///< how the entry's write may use the disk
  std::uint8_t planes;    ///< which planes may write it
};

constexpr AuditActionRow succeeds(AuditAction action, std::string_view name, Growth growth, std::uint8_t planes) {
  return {.action = action, .name = name, .outcome = AuditOutcome::ok, .growth = growth, .planes = planes};
}
constexpr AuditActionRow finds_damage(AuditAction action, std::string_view name) {
  return {
      .action = action, .name = name, .outcome = AuditOutcome::failed, .growth = Growth::logs, .planes = every_plane};
}
constexpr AuditActionRow refuses(AuditAction action, std::string_view name, std::uint8_t planes) {
  return {.action = action, .name = name, .outcome = AuditOutcome::denied, .growth = Growth::refuses, .planes = planes};
}

/// In the order of their values.
inline constexpr std::array audit_actions{
    succeeds(AuditAction::secret_create, "secret.create", Growth::grows, by_api),
    succeeds(AuditAction::secret_update, "secret.update", Growth::grows, by_api),
    succeeds(AuditAction::secret_delete, "secret.delete", Growth::shrinks, by_api),
    succeeds(AuditAction::secret_release, "secret.release", Growth::logs, by_tools),
    finds_damage(AuditAction::secret_integrity, "secret.integrity"),
    succeeds(AuditAction::api_key_create, "api_key.create", Growth::grows, by_api | by_operators),
    // The new row has about the size of the old one.
    succeeds(AuditAction::api_key_update, "api_key.update", Growth::logs, by_api),
    succeeds(AuditAction::api_key_revoke, "api_key.revoke", Growth::shrinks, by_api | by_operators),
    finds_damage(AuditAction::api_key_integrity, "api_key.integrity"),
    // These grow for a tenant without rows.
    succeeds(AuditAction::quota_set, "quota.set", Growth::logs, by_operators),
    succeeds(AuditAction::limits_set, "limits.set", Growth::logs, by_operators),
    succeeds(AuditAction::tenant_erase, "tenant.erase", Growth::shrinks, by_operators),
    succeeds(AuditAction::tenant_export, "tenant.export", Growth::logs, by_operators),
    succeeds(AuditAction::store_restore, "store.restore", Growth::logs, by_operators),
    succeeds(AuditAction::key_add, "key.add", Growth::logs, by_operators),
    succeeds(AuditAction::key_promote, "key.promote", Growth::logs, by_operators),
    succeeds(AuditAction::key_retire, "key.retire", Growth::logs, by_operators),
    succeeds(AuditAction::key_rewrap, "key.rewrap", Growth::logs, by_operators),
    // Any client can cause refusals without limit, so they must not use up the room of others.
    refuses(AuditAction::credential_refused, "credential.refused", by_api | by_tools),
    refuses(AuditAction::tool_refused, "tool.refused", by_tools),
    succeeds(AuditAction::audit_prune, "audit.prune", Growth::shrinks, by_operators),
    succeeds(AuditAction::tenant_rekey, "tenant.rekey", Growth::grows, by_operators),
    succeeds(AuditAction::key_prekeys, "key.prekeys", Growth::grows, by_operators),
    // The newest entry of each slot of a store that several hosts share.
    succeeds(AuditAction::audit_heads, "audit.heads", Growth::logs, every_plane),
    succeeds(AuditAction::secret_rollback, "secret.rollback", Growth::grows, by_api),
    succeeds(AuditAction::secret_version_delete, "secret.version_delete", Growth::shrinks, by_api),
    // A runtime says that a tool's service refused a value.
    succeeds(AuditAction::secret_report, "secret.report", Growth::logs, by_tools),
};

static_assert(crypto::has_row_for_each(audit_actions, &AuditActionRow::action, AuditAction::secret_report));

constexpr const AuditActionRow& row_of(AuditAction action) { return crypto::row_at(audit_actions, action); }
constexpr Growth growth_of(AuditAction action) { return row_of(action).growth; }

/// The action of an entry; std::nullopt if the name is unknown.
constexpr std::optional<AuditAction> find_audit_action(std::string_view name) {
  for (const AuditActionRow& row : audit_actions) {
    if (row.name == name) return row.action;
  }
  return std::nullopt;
}

/// As in entries.
constexpr std::string_view name_of(AuditOutcome outcome) {
  constexpr std::array<std::string_view, 3> names{"ok", "denied", "failed"};
  return names.at(static_cast<std::size_t>(outcome));
}

}  // namespace tacit::store
