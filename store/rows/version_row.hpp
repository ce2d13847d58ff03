// A previous value of a secret, with what it was sealed for: Table::tenants, kind 7 → header ‖ value box ‖ metadata
// box. The header, 22 bytes:
//   1 format (0x81: no secret's row begins so) ‖ 4 number ‖ 4 sealed version ‖ 8 instant since which it was the value ‖
//   1 flags (1: strict) ‖ 4 value box length
// The number is the value version that the secret had with it. The value box is that of the secret's row
// (store/rows/secret_row.hpp), bytes unchanged. The metadata box (crypto/envelope/envelope.hpp) is bound to the header
// and to the value box. Its plaintext:
//   1 format (1) ‖ 1 flags (1: display, 2: tool_name, 4: tool_arg) ‖ 4 length of the value ‖ display ‖ tool_name ‖
//   tool_arg, each a 4-byte length and its bytes, empty where the flag is not set ‖ zeros up to the padded size
// A secret has at most most_versions_kept such rows; its own row says how many.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/rows/row_key.hpp"
#include "store/rows/secret_row.hpp"

namespace tacit::store {

inline constexpr std::uint32_t most_versions_kept = 16;
/// The rows of previous values of one secret that one transaction looks at, whatever else was added to the store.
inline constexpr std::size_t most_version_rows = 64;
inline constexpr std::uint8_t version_row_format = 0x81;

struct VersionHeader {
  std::uint32_t number = 0;
  std::uint32_t sealed_version = 0;
  std::int64_t value_since = 0;
  std::uint32_t value_box_size = 0;
  bool strict = false;

  bool operator==(const VersionHeader&) const = default;
};

/// What is sealed beside a previous value.
struct VersionMetadata {
  std::optional<std::string> display;
  std::optional<std::string> tool_name;
  std::optional<std::string> tool_arg;
  std::uint32_t value_length = 0;

  bool operator==(const VersionMetadata&) const = default;
};

/// The parts of a row, unverified. Views of the row.
struct VersionRow {
  VersionHeader header;
  ByteView header_bytes;
  ByteView value_box;
  ByteView metadata_box;
};
/// std::nullopt if it is incomplete or has another format.
std::optional<VersionRow> parse_version_row(ByteView row);

/// A verified previous value. `value_box` is a view of the stored bytes.
struct StoredVersion {
  VersionHeader header;
  VersionMetadata metadata;
  ByteView value_box;
  crypto::KeyId metadata_key{};  ///< the key that seals the metadata box
};

RowKey version_row_key(const Uuid& tenant, const Uuid& secret, std::uint32_t number);
/// What the keys of all previous values of the secret begin with.
RowKey version_rows_of(const Uuid& tenant, const Uuid& secret);

/// The whole row; fills in the header's `value_box_size`.
Bytes seal_version(const crypto::TenantKeys& keys, const Uuid& secret, const VersionHeader& header, ByteView value_box,
                   const VersionMetadata& metadata);
/// The present value of a secret as a row of its own.
Bytes seal_version(const crypto::TenantKeys& keys, const StoredSecret& secret);
/// Verifies and opens a row of that secret, with that number in its key. Fails with `integrity`.
Outcome<StoredVersion> open_version(const MetadataOpener& opener, const Uuid& secret, std::uint32_t number,
                                    ByteView row);

/// What a row's key says after the tenant and the kind.
struct VersionKey {
  Uuid secret;
  std::uint32_t number = 0;
};
/// std::nullopt if it is incomplete.
std::optional<VersionKey> parse_version_key(ByteView rest);

/// What is found instead of the previous values of a secret.
inline constexpr std::string_view altered_versions = "the secret does not have the previous values that its row counts";

/// A previous value's place: the number in its key, and its row, a view.
struct VersionPlace {
  std::uint32_t number = 0;
  ByteView row;
};
/// The previous values of a secret, the oldest first, unverified, as long as the transaction does not change. Fails
/// with `integrity` if they are not as many as the secret's row says. Reads nothing if that is none.
Task<Outcome<std::vector<VersionPlace>>> previous_values(Transaction& transaction, Uuid tenant, Uuid secret,
                                                         SecretHeader header);

}  // namespace tacit::store
