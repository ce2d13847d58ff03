// A request that was made with an idempotency key, so that the same request, sent again, gets the first answer.
//
// With K = index MAC(key) for "idempotency" under the tenant's index key, M = the first 16 bytes of HMAC(K, "request" ‖
// SHA-256 of method, path and query), and the fingerprint = the first 16 bytes of HMAC(K, "body" ‖ SHA-256 of the
// body):
//
// Table::tenants, kind 8 ‖ M →
//   1 format (1) ‖ 8 metadata key id ‖ 8 made ‖ 16 fingerprint ‖ 1 number of other bodies seen (0 to 3) ‖ row box
//   (crypto/envelope/envelope.hpp) for "tacit idempotency", bound to all before, of:
//   1 kind (1 create, 2 batch, 3 rollback) ‖ 1 number of secrets ‖ each: 16 id ‖ 8 instant of the change ‖ 4 version;
//   of kind 3 then: 8 created ‖ 4 stored versions ‖ 1 flags (1: last use) ‖ 8 last use or 0 ‖ 4-byte length and
//   metadata of format 3 (store/rows/metadata.hpp) ‖ zeros up to the padded size
//   The answers of kinds 1 and 2 are made from the request, which is the same, and from this.
// Kind 9 ‖ 8 made ‖ M → 4 size of that row: the order in which they lapse.
// Kind 9 → 4 number of rows ‖ 4 their bytes.
//
// Neither the key nor the body can be guessed from these rows without the tenant's key and the idempotency key. A key
// lapses 24 hours after it was made. A rewrap of the tenant's metadata drops these rows.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "store/model/change_terms.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

inline constexpr std::size_t idempotency_mac_size = 16;
using IdempotencyMac = std::array<std::uint8_t, idempotency_mac_size>;

inline constexpr std::int64_t idempotency_lapse = std::int64_t{24} * 60 * 60 * 1'000'000;  ///< microseconds
inline constexpr std::uint8_t most_other_bodies = 3;
inline constexpr std::uint32_t most_idempotency_rows = 1000;                     ///< of a tenant
inline constexpr std::uint32_t most_idempotency_bytes = std::uint32_t{1} << 20;  ///< likewise

enum class RepeatableKind : std::uint8_t { create = 1, batch = 2, rollback = 3 };

/// The MACs of a request under the keys of one tenant.
struct RequestMacs {
  IdempotencyMac request{};
  IdempotencyMac body{};
};
RequestMacs request_macs(const crypto::TenantKeys& keys, const IdempotencyKey& key);

/// What a request was answered with. Of a create or a batch, only ids, instants and versions of the secrets count.
struct KeptAnswer {
  RepeatableKind kind{};
  std::vector<SecretInfo> secrets;
};

struct IdempotencyRow {
  std::int64_t made = 0;  ///< microseconds since the Unix epoch
  IdempotencyMac body{};
  std::uint8_t other_bodies = 0;
  KeptAnswer answer;

  bool has_lapsed(std::int64_t now) const { return now - made >= idempotency_lapse; }
};

RowKey idempotency_row_key(const Uuid& tenant, const IdempotencyMac& request);
RowKey idempotency_order_key(const Uuid& tenant, std::int64_t made, const IdempotencyMac& request);
/// Of the number and bytes of all.
RowKey idempotency_count_key(const Uuid& tenant);

Bytes encode_idempotency_row(const crypto::TenantKeys& keys, const Uuid& tenant, const IdempotencyMac& request,
                             const IdempotencyRow& row);
/// std::nullopt if it was altered, or is not of these keys. `tenant` becomes that of the secrets.
std::optional<IdempotencyRow> decode_idempotency_row(const crypto::TenantKeys& keys, const Uuid& tenant,
                                                     const IdempotencyMac& request, ByteView row);
/// The metadata key that a row names, unverified; std::nullopt if it is no such row.
std::optional<crypto::KeyId> metadata_key_of_idempotency_row(ByteView row);

struct IdempotencyCount {
  std::uint32_t rows = 0;
  std::uint32_t bytes = 0;

  bool operator==(const IdempotencyCount&) const = default;
};
Bytes encode_idempotency_count(const IdempotencyCount& count);
std::optional<IdempotencyCount> decode_idempotency_count(ByteView row);
Bytes encode_idempotency_size(std::uint32_t size);
std::optional<std::uint32_t> decode_idempotency_size(ByteView row);

/// An entry of the order.
struct IdempotencyPlace {
  std::int64_t made = 0;
  IdempotencyMac request{};
};
/// `rest` is what follows the kind in its key. std::nullopt if it is no entry.
std::optional<IdempotencyPlace> parse_idempotency_order(ByteView rest);

}  // namespace tacit::store
