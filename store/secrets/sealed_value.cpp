#include "store/secrets/sealed_value.hpp"

namespace tacit::store {

ValueSlot next_slot(const StoredState& stored, const Metadata& after) {
  ValueSlot slot;
  slot.version = stored.secret.header.value_version + 1;
  if (const auto& key = stored.tenant.record.key) slot.key = key->public_key;
  slot.rules = stored.rules;
  slot.binding = binding_for(stored.rules, after);
  return slot;
}

Outcome<SealedValue> seal_for(ValueSlot slot, const ChangePlace& place, const TenantRecord& record,
                              const crypto::WipedBytes& value) {
  const crypto::ValueAddress address{place.tenant, place.id, slot.version};
  auto box = seal_new_value(place.store->keys, record, address, value.view(), slot.rules, slot.binding);
  if (!box) return box.error();
  SealedValue sealed;
  sealed.slot = std::move(slot);
  sealed.box = std::move(*box);
  sealed.length = value.size();
  sealed.display = mask(value.text());
  return sealed;
}

}  // namespace tacit::store
