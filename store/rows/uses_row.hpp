// What became of the releases of a secret (store/model/secret_use.hpp). Table::meta, "uses " ‖ tenant ‖ secret id →
//   1 format (1) ‖ row box (crypto/envelope/envelope.hpp, "tacit uses") of: 1 number of entries ‖ each: 8 first ‖
//   8 last (microseconds since the Unix epoch) ‖ 4 count ‖ 1 outcome (0: released, 1: rejected upstream) ‖ 8 tag ‖
//   1-byte length and runtime ‖ 2-byte length and tool; then, if there are any: 1 number of batches ‖ each: 8 number;
//   then zeros up to the padded size (crypto/envelope/padding.hpp)
// The entries are in the order of their last use, the newest first. At most 100, and at most 2 KiB for the whole row.
// The batches, at most 4, are the last ones that were added to the row, the newest first. A host adds a batch of notes
// again if it cannot find out whether it was stored, unless its number is here. An embedded store has no such doubt.
//
// A tag tells the identities of runtimes apart whose labels are the same: the first 8 bytes of SHA-256 of "tacit use
// identity", the tenant and the identity, as canonical data (crypto/primitives/aad.hpp). It needs no key, because it is
// sealed, and it stays the same when the tenant moves to another metadata key.
//
// The row is written once the store takes rows of format 5 (store/rows/store_meta.hpp). It is erased with its secret.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/engine/engine.hpp"
#include "store/model/secret_use.hpp"
#include "store/rows/row_key.hpp"

namespace tacit::store {

inline constexpr std::size_t most_uses = 100;
inline constexpr std::size_t most_uses_row_bytes = 2048;

using IdentityTag = std::array<std::uint8_t, 8>;
/// `identity` as in AuditContext::actor.
IdentityTag identity_tag(const Uuid& tenant, std::string_view identity);

/// One entry.
struct UseEntry {
  std::int64_t first_at = 0;
  std::int64_t last_at = 0;
  std::uint32_t count = 0;
  UseOutcome outcome = UseOutcome::released;
  IdentityTag tag{};
  std::string runtime;  ///< at most 255 bytes
  std::string tool;     ///< as tool_in_uses (store/uses/use_history.hpp) makes it

  bool operator==(const UseEntry&) const = default;
};

/// Random.
using BatchNumber = std::array<std::uint8_t, 8>;
inline constexpr std::size_t most_batches_in_uses = 4;

/// What a row says.
struct Uses {
  std::vector<UseEntry> entries;
  std::vector<BatchNumber> batches{};

  bool operator==(const Uses&) const = default;
};

inline constexpr std::string_view uses_prefix = "uses ";

/// A secret's row, in Table::meta: both planes write it, and the tool plane writes no rows of tenants.
RowKey uses_row_key(const Uuid& tenant, const Uuid& secret);
/// What the keys of all rows of the tenant's secrets begin with.
RowKey uses_rows_of(const Uuid& tenant);

struct UsesPlace {
  Uuid tenant;
  Uuid secret;
  auto operator<=>(const UsesPlace&) const = default;
};
/// std::nullopt if it is not the key of such a row.
std::optional<UsesPlace> place_of_uses(ByteView key);
/// Whether a row of these entries keeps to both limits, with any batches.
bool fits_uses_row(const std::vector<UseEntry>& entries);
/// The whole row, under the tenant's metadata key. The entries must fit.
Bytes encode_uses(const crypto::TenantKeys& keys, const Uuid& secret, const Uses& uses);
/// std::nullopt if the row was altered, is incomplete, or names a metadata key that the ring lacks. `keys` may be null;
/// they are used if they are the right ones.
std::optional<Uses> decode_uses(const crypto::MetadataKeyring& ring, const Uuid& tenant, const Uuid& secret,
                                ByteView row, const crypto::TenantKeys* keys = nullptr);
/// The metadata key that a row names, unverified.
std::optional<crypto::KeyId> metadata_key_of_uses(ByteView row);

/// Of a row that does not decode.
inline constexpr std::string_view altered_uses = "the row of the secret's uses was altered";
/// The stored row; empty if there is none. Fails with `integrity` if the row does not decode.
Task<Outcome<Uses>> load_uses(Transaction& transaction, const crypto::MetadataKeyring& ring, Uuid tenant, Uuid secret);
/// The instant of the secret's last release, as far as it is noted; std::nullopt: none is. Fails likewise.
Task<Outcome<std::optional<std::int64_t>>> last_use(Transaction& transaction, const crypto::MetadataKeyring& ring,
                                                    Uuid tenant, Uuid secret);
void erase_uses(Transaction& transaction, const Uuid& tenant, const Uuid& secret);

}  // namespace tacit::store
