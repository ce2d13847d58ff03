// The audit log: who did what, when, to which ids, with what outcome. Never values, names or masks. Hash-chained:
// an entry's hash is SHA-256(previous hash ‖ sequence, 8 bytes big-endian ‖ body).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/uuid.hpp"

namespace tacit::store {

/// Who asked and by which way: the part of an audit entry that every operation is handed.
struct AuditContext {
  std::string plane;  ///< "api", "tools" or "operator"
  std::string actor;  ///< "api-key:<id>", "uri:spiffe://…", "dns:…", "cn:…", "operator:<user>"; empty if not known
  std::string peer;   ///< address:port; empty for an operator
  std::string request_id;
  std::string on_behalf_of{};  ///< the user whose token a tool runtime brought along, named as an actor is; else empty
};

/// What happened. `action` is one of "secret.create", "secret.update", "secret.delete", "secret.release",
/// "secret.integrity", "api_key.create", "api_key.update", "api_key.revoke", "api_key.integrity", "quota.set",
/// "limits.set", "tenant.erase", "tenant.export", "store.restore", "credential.refused", "tool.refused".
struct AuditEvent {
  const char* action = "";
  const char* outcome = "ok";  ///< "ok", "denied", "failed"
  std::optional<crypto::Uuid> tenant{};
  std::vector<crypto::Uuid> secrets{};
  std::string tool{};    ///< the tool asked for, on a release or its refusal
  std::string reason{};  ///< why it was refused, in a word; an API key's id for api_key.*; what
                         ///< was set for quota.set and limits.set
};

}  // namespace tacit::store
