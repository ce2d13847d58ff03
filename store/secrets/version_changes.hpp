// What a change of a secret does to its previous values (store/rows/version_row.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "store/engine/context.hpp"
#include "store/rows/secret_row.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

struct StoredState;  // store/secrets/stored_state.hpp

/// Copies, because stored rows move with a transaction's first change.
struct VersionChanges {
  std::optional<Bytes> added{};  ///< the row of the former value; its number is the former value version
  std::vector<Bytes> erased{};   ///< keys of rows
  std::uint8_t left = 0;         ///< previous values after the change
  bool more = false;             ///< of those that are to be removed, only the first are in `erased`
  std::string_view damage{};     ///< as SecretInfo::damage: the rows are not those that the secret's row counts
};

/// For a change that leaves all of them.
VersionChanges no_version_changes(const SecretHeader& header);
/// The present value becomes a previous one, unless its key pair is gone: of them, the newest `most` stay. `taken`
/// becomes the present value, and is none of them any more. Rows that were added to the store or altered there are
/// removed, so that they cannot keep an owner from replacing a value. `stored` and `store` must outlive the task.
Task<VersionChanges> keep_present_value(Transaction& transaction, const StoredState& stored, const StoreContext& store,
                                        std::uint32_t most, std::optional<std::uint32_t> taken = std::nullopt);
/// Removes them all, unread, and whatever was added to the store in their place; as many as one transaction can.
Task<VersionChanges> discard_versions(Transaction& transaction, const StoredState& stored);

void apply(Transaction& transaction, const crypto::Uuid& tenant, const StoredSecret& secret,
           const VersionChanges& changes);

}  // namespace tacit::store
