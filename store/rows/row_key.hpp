// Keys of Table::tenants: all rows of a tenant have one prefix, so a change touches neighbouring pages, a list is one
// scan, and a tenant is erased as one range.
//
//   tenant id (16) ‖ kind (1) ‖ the rest:
//     0  the tenant record      (nothing)                                   → store/rows/tenant_record.hpp
//     1  a secret               secret id (16)                              → store/rows/secret_row.hpp
//     2  the name index         MAC(name) (16)                              → secret id (16)
//     3  the binding index      MAC(pattern) (16) ‖ class (1) ‖ secret id   → nothing
//     4  the default index      MAC(tool_name, tool_arg) (16)               → secret id (16)
//     5  the API key index      key id (text, up to 32)                     → nothing
//     6  the newest secret      (nothing)                                   → store/rows/newest_secret.hpp
//     7  a previous value       secret id (16) ‖ number (4)                 → store/rows/version_row.hpp
//     8  an idempotency key     MAC(key, request) (16)                      → store/rows/idempotency_row.hpp
//     9  their order            made (8) ‖ MAC (16), or nothing             → the same
//
// MACs are HMAC-SHA-256 under the tenant's index key, truncated to 16 bytes: the disk shows neither names nor tools,
// and a name of any length fits. Class: 0 for a default, 1 for any other bound secret; a look-up for the tool plane
// reads only the first. The binding index's entries for a pattern: store/rows/binding_index.hpp. The API key index has
// the tenant's keys that are not revoked; their rows are in Table::api_keys (store/rows/api_key_row.hpp).
#pragma once

#include <array>
#include <cstring>
#include <string_view>

#include "crypto/envelope/envelope.hpp"
#include "crypto/ids/uuid.hpp"

namespace tacit::store {

using crypto::ByteView;
using crypto::Uuid;

enum class RowKind : std::uint8_t {
  record = 0,
  secret = 1,
  name = 2,
  binding = 3,
  default_for = 4,
  api_key = 5,
  newest_secret = 6,
  previous_value = 7,
  idempotency_key = 8,
  idempotency_order = 9,
};

inline constexpr std::size_t index_mac_size = 16;
inline constexpr std::size_t longest_api_key_id = 32;

/// A key of Table::tenants, or another short one, or a prefix of one, built in place.
class RowKey {
 public:
  explicit RowKey(ByteView first) { add(first); }
  explicit RowKey(const Uuid& tenant) { add(tenant.view()); }
  RowKey(const Uuid& tenant, RowKind kind) : RowKey(tenant) { add(static_cast<std::uint8_t>(kind)); }

  RowKey& add(ByteView bytes) {
    std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
    return *this;
  }
  RowKey& add(std::uint8_t byte) { return add(ByteView(&byte, 1)); }
  ByteView view() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, 64> bytes_{};
  std::size_t size_ = 0;
};

RowKey record_row_key(const Uuid& tenant);
RowKey secret_row_key(const Uuid& tenant, const Uuid& id);
RowKey name_row_key(const crypto::TenantKeys& keys, const Uuid& tenant, std::string_view name);
RowKey default_row_key(const crypto::TenantKeys& keys, const Uuid& tenant, std::string_view tool_name,
                       std::string_view tool_arg);
/// `id` has at most longest_api_key_id bytes.
RowKey api_key_index_row_key(const Uuid& tenant, std::string_view id);

/// The parts of a key of Table::tenants. `rest` follows the kind.
struct ParsedKey {
  Uuid tenant;
  std::uint8_t kind = 0;
  ByteView rest;
};
/// False if the key is too short.
bool parse_key(ByteView key, ParsedKey& out);
/// Sets `start` to the next possible key after all rows of the tenant to which the row belongs, whatever their kinds. A
/// row that belongs to no tenant, because its key is too short, is passed alone: it must not end a walk over tenants.
void pass_tenant(crypto::Bytes& start, ByteView key);
/// Converts exactly 16 bytes; false for any other length.
bool parse_id(ByteView bytes, Uuid& out);

}  // namespace tacit::store
