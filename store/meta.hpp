// Table::meta: what concerns the whole store. Two rows, and one for each tenant that is being erased
// (store/erasure.hpp):
//
//   "format" → the version of the store as a whole, 4 bytes big-endian. A store of another format is not opened. Each
//              kind of row names its own format besides.
//   "keys"   → 1 format (1) ‖ 8 root key id ‖ 8 metadata key id ‖ 32 MAC over all before, under the store's record key
//              for "store keys" of that metadata key. The primary keys of the keyrings that the store was made with.
//
// With other keyrings a store would start and look empty, and what it then took in would be sealed to keys that nobody
// kept: so a process whose rings lack one of these keys does not open it. Rings may hold more keys and have others as
// primary; a key that is named here may leave them only when this row has been written anew.
#pragma once

#include <cstdint>

#include "store/engine.hpp"

namespace tacit::store {

struct StoreKeys;

inline constexpr std::uint32_t store_format = 1;

ByteView format_key();
Bytes format_value();

ByteView keys_key();
/// The row for a new store: names the primary keys. Needs the root public and the metadata keyring.
Bytes keys_value(const StoreKeys& keys);
/// Nothing if every ring that is given has the key that the row names, and the row's MAC is right; else what is wrong.
Outcome<void> check_keys(ByteView row, const StoreKeys& keys);

/// Nothing if the store is of our format; else what is wrong.
Task<Outcome<void>> check_format(Transaction& transaction);
/// Nothing if the store is of our format and of these keys; else what is wrong. `keys` must outlive the task.
Task<Outcome<void>> check_meta(Transaction& transaction, const StoreKeys& keys);

}  // namespace tacit::store
