// When an API key was last used, on engines that several hosts share: Table::meta, "use " ‖ key id → 1 format (1) ‖
// 8 time (microseconds since the Unix epoch) ‖ 16 MAC over key id (4-byte length) ‖ all before, under the store's
// record key for "api key use" of any metadata key in the ring, truncated. It is apart from the key's row, because both
// planes write uses, and a plane that may write the keys' rows may issue keys. The key's last use is the later of this
// row's and its own row's. The row is erased with the key. A row whose MAC is wrong, because its metadata key was
// retired or it was altered, counts as missing: the next use replaces it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/keyrings/keyring.hpp"
#include "store/engine/engine.hpp"

namespace tacit::store {

ByteView api_key_use_prefix();
Bytes api_key_use_row_key(std::string_view id);
/// The id of the key that a row of Table::meta belongs to; empty if it is no such row.
std::string_view api_key_of_use(ByteView row_key);

/// Under the primary metadata key.
Bytes encode_api_key_use(std::string_view id, std::int64_t at, const crypto::MetadataKeyring& ring);
/// std::nullopt if the row is incomplete, or its MAC is not one of a key in the ring.
std::optional<std::int64_t> decode_api_key_use(std::string_view id, ByteView row, const crypto::MetadataKeyring& ring);

/// The stored use; std::nullopt if there is none, or as above.
Task<std::optional<std::int64_t>> read_api_key_use(Transaction& transaction, const crypto::MetadataKeyring& ring,
                                                   std::string_view id);
void put_api_key_use(Transaction& transaction, const crypto::MetadataKeyring& ring, std::string_view id,
                     std::int64_t at);
void erase_api_key_use(Transaction& transaction, std::string_view id);

}  // namespace tacit::store
