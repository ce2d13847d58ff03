// What a served store shows about its signatures beside its rows of tenants: for a watch of the store, at intervals.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/engine/async.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

class Keys;

struct SigningState {
  bool rekey_unfinished = false;               ///< a rekey of all tenants runs, or was interrupted
  std::optional<std::string> cut_off_fault{};  ///< fault_of_cut_off (store/rows/cut_off_record.hpp)
  std::uint64_t refused_keys = 0;              ///< SignedMemory::refusals, since the keyrings were loaded
};

/// Reads a few rows on one snapshot. Without signatures the state is that of a new object.
Outcome<SigningState> look_at_signing(const Keys& keys);

/// Records the cut-off of the root public keyring, if there is one and the record lacks it, was altered or has a later
/// one. An earlier one stays. Does nothing without the root signing key. Fails with not_allowed or integrity if these
/// keyrings are older than those that the store has seen.
Async<void> record_cut_off(const Keys& keys);

}  // namespace tacit::store
