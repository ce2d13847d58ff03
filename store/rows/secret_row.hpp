// A secret as stored.
//
// Header ‖ value box ‖ metadata box (crypto/envelope/envelope.hpp). The header of format 1, 29 bytes:
//   1 format ‖ 4 value version ‖ 8 created ‖ 8 updated (microseconds since the Unix epoch) ‖ 4 bytes counted against
//   the quota ‖ 4 value box length
// The header of format 2, 26 bytes, shows no exact size; its metadata (store/rows/metadata.hpp) has the value's length:
//   1 format ‖ 4 value version ‖ 8 created ‖ 8 updated ‖ 1 flags (1: strict: the value is sealed with its tool and
//   argument, store/rows/value_binding.hpp) ‖ 4 value box length
// The header of format 3, 39 bytes:
//   1 format ‖ 4 value version ‖ 4 sealed version ‖ 8 created ‖ 8 updated ‖ 8 value since ‖ 1 flags, as in format 2 ‖
//   1 number of previous values that are kept (store/rows/version_row.hpp) ‖ 4 value box length
// The sealed version is the one in the value box's AAD. It differs from the value version after a rollback, which takes
// the box of a previous value. "Value since" is when the value became the secret's. In rows of formats 1 and 2 the
// sealed version is the value version, and the last change counts as "value since".
// A row that is rewritten gets the newest format that the store takes (store/rows/store_meta.hpp): 2 with rows of
// format 3, 3 with rows of format 5. Its value box stays as it is. The metadata box is bound to the whole header and to
// the value box, so every change of a row is detected. Opening the metadata verifies everything except the content of
// the value box, which only the root private key opens.
#pragma once

#include <optional>

#include "crypto/envelope/envelope.hpp"
#include "store/engine/engine.hpp"
#include "store/model/secret.hpp"
#include "store/rows/metadata.hpp"

namespace tacit::store {

inline constexpr std::uint8_t first_secret_format = 1;
inline constexpr std::uint8_t second_secret_format = 2;
inline constexpr std::uint8_t third_secret_format = 3;

struct SecretHeader {
  std::uint8_t format = first_secret_format;
  std::uint32_t value_version = 1;   ///< the number of values that the secret has had
  std::uint32_t sealed_version = 1;  ///< with which the present value is sealed
  std::int64_t created_at = 0;
  std::int64_t updated_at = 0;
  std::int64_t value_since = 0;
  std::uint32_t accounted = 0;  ///< in format 1 only: use accounted_of
  std::uint32_t value_box_size = 0;
  bool strict = false;        ///< not in format 1
  std::uint8_t previous = 0;  ///< previous values that are kept; in format 3 only
};

/// The parts of a row, unverified. Views of the row.
struct SecretRow {
  SecretHeader header;
  ByteView header_bytes;
  ByteView value_box;
  ByteView metadata_box;
};
/// std::nullopt if it is incomplete or has another format.
std::optional<SecretRow> parse_secret_row(ByteView row);

/// A verified secret. `row` and `value_box` are views of the stored bytes.
struct StoredSecret {
  crypto::Uuid id;
  SecretHeader header;
  Metadata metadata;
  ByteView row;
  ByteView value_box;
  crypto::KeyId metadata_key{};  ///< the key that seals the metadata box

  /// The value's length. In a row of format 1 the box has a constant overhead.
  std::size_t value_size() const {
    return metadata.value_length ? *metadata.value_length : value_box.size() - crypto::value_box_overhead;
  }
};

/// The bytes that count against the quota.
std::uint64_t accounted_of(const StoredSecret& secret);

/// SHA-256 of a row as stored, for the audit.
crypto::Digest row_digest(ByteView row);

/// The metadata keyring and, for more than one secret of a tenant, the keys derived from it.
struct MetadataOpener {
  const crypto::MetadataKeyring& ring;
  crypto::Uuid tenant;
  const crypto::TenantKeys* keys = nullptr;
  /// The serial of the context (store/engine/context.hpp) for reads that may be repeated soon: the thread keeps what it
  /// opens (store/rows/opened_rows.hpp). 0: it does not.
  std::uint64_t keep_for = 0;
};

/// Verifies and opens a row. Fails with `integrity`.
Outcome<StoredSecret> open_secret(const MetadataOpener& opener, const crypto::Uuid& id, ByteView row);
/// The same into an object whose strings' memory is used again: for many rows. Afterwards, if it failed, it has no use.
Outcome<void> open_secret(const MetadataOpener& opener, const crypto::Uuid& id, ByteView row, StoredSecret& into);
/// Reads, verifies and opens. Fails with `not_found` or `integrity`.
Task<Outcome<StoredSecret>> load_secret(Transaction& transaction, MetadataOpener opener, crypto::Uuid id);

/// Gives a header and its metadata that format, unless they have it or a newer one. The box is that of the present
/// value.
void use_newer_format(SecretHeader& header, Metadata& metadata, ByteView value_box, std::uint8_t format);
/// The same with format 2.
void use_second_format(SecretHeader& header, Metadata& metadata, ByteView value_box);

/// The whole row, in the header's format; fills in the header's `value_box_size`. Formats 2 and 3 need the value's
/// length in the metadata.
Bytes seal_secret(const crypto::TenantKeys& keys, const crypto::Uuid& id, SecretHeader header, ByteView value_box,
                  const Metadata& metadata);

SecretInfo secret_info(const crypto::Uuid& tenant, const crypto::Uuid& id, const SecretHeader& header,
                       const Metadata& metadata);
/// The same into an object whose strings' memory is used again.
void describe(SecretInfo& info, const crypto::Uuid& tenant, const crypto::Uuid& id, const SecretHeader& header,
              const Metadata& metadata);

}  // namespace tacit::store
