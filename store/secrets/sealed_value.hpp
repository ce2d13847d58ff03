// A new value of a stored secret, sealed before the transaction for the state that was stored then.
#pragma once

#include <cstdint>
#include <string>

#include "store/secrets/stored_state.hpp"

namespace tacit::store {

/// Everything that the seal of a new value is bound to.
struct ValueSlot {
  std::uint32_t version = 0;
  crypto::PublicKey key{};  ///< zeros for a tenant without a key pair
  SealingRules rules;
  Bytes binding;

  bool operator==(const ValueSlot&) const = default;
};

/// A new value, sealed for a slot.
struct SealedValue {
  ValueSlot slot;
  Bytes box;
  std::size_t length = 0;
  std::string display;
};

/// The slot of the secret's next value. `after`: its metadata after the change.
ValueSlot next_slot(const StoredState& stored, const Metadata& after);

/// Fails like seal_new_value (store/secrets/value_sealing.hpp).
Outcome<SealedValue> seal_for(ValueSlot slot, const ChangePlace& place, const TenantRecord& record,
                              const crypto::WipedBytes& value);

}  // namespace tacit::store
