// What the replay of the audit log (store/verify/audit_replay.hpp) reads of an entry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ids/key_id.hpp"
#include "crypto/ids/uuid.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/model/audit.hpp"
#include "store/model/audit_action.hpp"

namespace tacit::store {

/// Members as in AuditEvent (store/model/audit.hpp). Absent or unreadable ones are empty.
struct ReplayEntry {
  AuditAction action{};
  bool ok = false;         ///< the outcome
  std::uint8_t plane = 0;  ///< a bit of AuditActionRow::planes; 0: unknown
  std::string time;        ///< as written
  std::string reason;
  std::optional<crypto::Uuid> tenant;
  std::vector<crypto::Uuid> secrets;
  std::vector<crypto::Digest> rows;     ///< empty unless there is one for each secret; one without secrets
  std::vector<std::uint32_t> versions;  ///< likewise
  std::optional<crypto::KeyNumber> tenant_key;
  std::vector<MovedRow> moved;
  std::optional<std::uint64_t> change;
};

/// std::nullopt if the body is not an entry with a known action, or if its plane or its action is not the one that the
/// check of the signatures reads (store/audit/audit_signing.hpp).
std::optional<ReplayEntry> read_replay_entry(std::string_view body);

}  // namespace tacit::store
