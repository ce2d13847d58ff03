// What a change of a secret does to its previous values (store/rows/version_row.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

struct StoredState;  // store/secrets/stored_state.hpp

/// Copies, because stored rows move with a transaction's first change.
struct VersionChanges {
  std::optional<Bytes> added{};         ///< the row of the former value; its number is the former value version
  std::vector<std::uint32_t> erased{};  ///< numbers
  std::uint8_t left = 0;                ///< previous values after the change
};

/// For a change that leaves all of them.
VersionChanges no_version_changes(const SecretHeader& header);
/// The present value becomes a previous one, unless its key pair is gone: of them, the newest `most` stay. `taken`
/// becomes the present value, and is none of them any more. Fails with `integrity`. `stored` must outlive the task.
Task<Outcome<VersionChanges>> keep_present_value(Transaction& transaction, const StoredState& stored,
                                                 std::uint32_t most, std::optional<std::uint32_t> taken = std::nullopt);
/// Removes them all. Fails likewise.
Task<Outcome<VersionChanges>> discard_versions(Transaction& transaction, const StoredState& stored);

void apply(Transaction& transaction, const crypto::Uuid& tenant, const StoredSecret& secret,
           const VersionChanges& changes);

}  // namespace tacit::store
