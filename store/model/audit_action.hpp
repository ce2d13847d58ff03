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

/// In the order of their values.
inline constexpr std::array<AuditActionRow, 23> audit_actions{{
    {AuditAction::secret_create, "secret.create", AuditOutcome::ok, Growth::grows, by_api},
    {AuditAction::secret_update, "secret.update", AuditOutcome::ok, Growth::grows, by_api},
    {AuditAction::secret_delete, "secret.delete", AuditOutcome::ok, Growth::shrinks, by_api},
    {AuditAction::secret_release, "secret.release", AuditOutcome::ok, Growth::logs, by_tools},
    {AuditAction::secret_integrity, "secret.integrity", AuditOutcome::failed, Growth::logs, every_plane},
    {AuditAction::api_key_create, "api_key.create", AuditOutcome::ok, Growth::grows, by_api | by_operators},
    // The new row has about the size of the old one.
    {AuditAction::api_key_update, "api_key.update", AuditOutcome::ok, Growth::logs, by_api},
    {AuditAction::api_key_revoke, "api_key.revoke", AuditOutcome::ok, Growth::shrinks, by_api | by_operators},
    {AuditAction::api_key_integrity, "api_key.integrity", AuditOutcome::failed, Growth::logs, every_plane},
    // These grow for a tenant without rows.
    {AuditAction::quota_set, "quota.set", AuditOutcome::ok, Growth::logs, by_operators},
    {AuditAction::limits_set, "limits.set", AuditOutcome::ok, Growth::logs, by_operators},
    {AuditAction::tenant_erase, "tenant.erase", AuditOutcome::ok, Growth::shrinks, by_operators},
    {AuditAction::tenant_export, "tenant.export", AuditOutcome::ok, Growth::logs, by_operators},
    {AuditAction::store_restore, "store.restore", AuditOutcome::ok, Growth::logs, by_operators},
    {AuditAction::key_add, "key.add", AuditOutcome::ok, Growth::logs, by_operators},
    {AuditAction::key_promote, "key.promote", AuditOutcome::ok, Growth::logs, by_operators},
    {AuditAction::key_retire, "key.retire", AuditOutcome::ok, Growth::logs, by_operators},
    {AuditAction::key_rewrap, "key.rewrap", AuditOutcome::ok, Growth::logs, by_operators},
    // Any client can cause refusals without limit, so they must not use up the room of others.
    {AuditAction::credential_refused, "credential.refused", AuditOutcome::denied, Growth::refuses, by_api | by_tools},
    {AuditAction::tool_refused, "tool.refused", AuditOutcome::denied, Growth::refuses, by_tools},
    {AuditAction::audit_prune, "audit.prune", AuditOutcome::ok, Growth::shrinks, by_operators},
    {AuditAction::tenant_rekey, "tenant.rekey", AuditOutcome::ok, Growth::grows, by_operators},
    {AuditAction::key_prekeys, "key.prekeys", AuditOutcome::ok, Growth::grows, by_operators},
}};

static_assert(crypto::has_row_for_each(audit_actions, &AuditActionRow::action, AuditAction::key_prekeys));

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
