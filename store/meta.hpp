// Table::meta: what concerns the whole store. One row: "format" → the version of the store as a whole, 4 bytes
// big-endian. A store of another format is not opened. Each kind of row names its own format besides.
#pragma once

#include <cstdint>

#include "store/engine.hpp"

namespace tacit::store {

inline constexpr std::uint32_t store_format = 1;

ByteView format_key();
Bytes format_value();
/// Nothing if the store is of our format; else what is wrong.
Task<Outcome<void>> check_format(Transaction& transaction);

}  // namespace tacit::store
