// The envelope: which key seals which data of a tenant, and what each box is bound to.
//
// Every AAD is canonical: the ASCII purpose, then each field as a 4-byte big-endian length and its bytes.
//
// value box       Format 1: 1 byte format (1) ‖ 8 tenant key id ‖ HPKE box (65 + n + 16) of the value
//                 AAD: "tacit value", format, tenant, secret, value version (4 bytes), tenant key id. Sealed to the
//                 tenant's public key.
//                 Format 2: 1 byte format (2) ‖ 8 tenant key id ‖ HPKE box of: 4 exact length ‖ value ‖ zeros up to
//                 padme(4 + length) (crypto/envelope/padding.hpp)
//                 AAD: the same with format 2, then the binding: empty, or what the value may be released for.
// metadata box    1 byte format (1) ‖ 8 metadata key id ‖ 32 salt ‖ ciphertext ‖ 16 tag
//                 AAD: "tacit metadata", format, tenant, secret, the row's header as stored, metadata key id,
//                 SHA-256(value box). Key: HKDF-Expand(tenant metadata key, "tacit box" ‖ salt); it is used once, so
//                 the nonce is 12 zero bytes. The salt is hedged randomness (crypto/primitives/hedge.hpp).
// prefix box      1 byte format (1) ‖ 32 salt ‖ ciphertext ‖ 16 tag; key, nonce and salt as for a metadata box
//                 AAD: "tacit prefixes", format, tenant, metadata key id.
// row box         1 byte format (1) ‖ 8 metadata key id ‖ 32 salt ‖ ciphertext ‖ 16 tag; likewise
//                 AAD: the purpose of the kind of row, format, tenant, what follows the tenant in the row's key, what
//                 the row has before the box, metadata key id.
// tenant key box  Format 1, of a key without a certificate: 8 root key id ‖ HPKE box of the 32-byte scalar, sealed to
//                 the root public key
//                 AAD: "tacit tenant key", format, tenant, tenant public key, root key id.
//                 Format 2, of a certified key: 1 byte format (2) ‖ 8 root key id ‖ HPKE box of the scalar
//                 AAD: "tacit tenant key", format, store id, number, tenant public key, root key id.
// certificate     The root signing key's signature for the context "tacit signed tenant key 1" over: store id, number,
//                 made (8 bytes), root key id, tenant public key, SHA-256(tenant key box). It covers the box, so that
//                 no process seals to a key pair whose private half is lost; it does not name the tenant, because
//                 pairs are made before their tenants are known.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/hpke/hpke.hpp"
#include "crypto/ids/uuid.hpp"
#include "crypto/keyrings/keyring.hpp"
#include "crypto/keyrings/signers.hpp"
#include "crypto/memory/wiped.hpp"
#include "crypto/primitives/digest.hpp"
#include "crypto/signatures/signing_key.hpp"

namespace tacit::crypto {

/// Identifies the value of a box. The version counts the values a secret has had, from 1.
struct ValueAddress {
  Uuid tenant;
  Uuid secret;
  std::uint32_t version = 0;
};

/// What the root signing key says of a tenant's key pair.
struct KeyCertificate {
  KeyNumber number{};
  std::int64_t made = 0;  ///< microseconds since the Unix epoch
  KeyId signer{};
  Signature signature{};

  bool operator==(const KeyCertificate&) const = default;
};

/// A tenant's key pair as stored: any process can seal to it, only the root private key opens it.
struct TenantKey {
  PublicKey public_key{};
  Bytes box;  ///< format 1 without a certificate, format 2 with one
  std::optional<KeyCertificate> certificate{};

  KeyId id() const;           ///< the first 8 bytes of SHA-256(public key)
  KeyId root_key_id() const;  ///< the key that sealed `box`; zeros if the box is too short to say

  bool operator==(const TenantKey&) const = default;
};

/// Makes a tenant's key pair without a certificate, and seals its private half to the primary root key: while nothing
/// is signed (SigningPhase::none).
TenantKey make_tenant_key(const RootPublicKeyring& root, const Uuid& tenant);

/// Makes and certifies a key pair with a random number, its private half sealed to the primary root key. `made`: now,
/// in microseconds since the Unix epoch.
TenantKey make_certified_key(const RootPublicKeyring& root, const SigningKeyring::Entry& signer, const Uuid& store,
                             std::int64_t made);

/// Whether the key has a certificate whose signature is right under that signer. The caller judges the signer's role
/// and state.
bool is_certified(const TenantKey& key, const Uuid& store, const VerifyingKey& signer);

/// Opens the private half. std::nullopt if the box was altered, was made for another tenant (format 1) or another store
/// or number (format 2), or names a key that the ring lacks.
std::optional<PrivateKey> open_tenant_key(const RootPrivateKeyring& root, const Uuid& store, const Uuid& tenant,
                                          const TenantKey& key);

/// Opens the private half with `root` and seals it again, to that root key. A key with a certificate keeps its number
/// and the time it was made, and is signed again by `signer`, which may be null for other keys; the caller has verified
/// the old signature. std::nullopt if the private half cannot be opened, or a certified key has no signer.
std::optional<TenantKey> rewrap_tenant_key(const RootPrivateKeyring& root, const RootPublicKeyring::Entry& to,
                                           const SigningKeyring::Entry* signer, const Uuid& store, const Uuid& tenant,
                                           const TenantKey& key);

/// The format of a value box.
enum class ValueFormat : std::uint8_t { first = 1, padded = 2 };

/// Seals a value. `binding` must be empty for ValueFormat::first. std::nullopt only if the public key is not a point (a
/// damaged record).
std::optional<Bytes> seal_value(const TenantKey& key, const ValueAddress& address, ByteView value, ValueFormat format,
                                ByteView binding);

/// Opens a value box of either format with the tenant's private key. A box of ValueFormat::first opens only with an
/// empty binding.
std::optional<WipedBytes> open_value(const PrivateKey& key, const TenantKey& tenant_key, const ValueAddress& address,
                                     ByteView box, ByteView binding);

/// std::nullopt if the box is too short or of an unknown format.
std::optional<ValueFormat> value_format_of(ByteView box);

/// What a row box is bound to, besides its tenant.
struct RowPlace {
  std::string_view purpose;  ///< "tacit idempotency", "tacit uses": no two kinds of rows have the same
  ByteView key;              ///< what follows the tenant in the row's key
  ByteView header{};         ///< what the row has before the box
};

/// The symmetric keys of one tenant under one version of the metadata key, by HKDF-Expand with the purpose and the
/// tenant as info.
class TenantKeys {
 public:
  TenantKeys(const MetadataKeyring::Entry& metadata_key, const Uuid& tenant);

  const KeyId& metadata_key_id() const { return id_; }
  /// The MAC for indexing names and bindings: `purpose` distinguishes the indexes. Truncate as needed.
  Digest index_mac(std::string_view purpose, std::initializer_list<ByteView> parts) const;
  /// The MAC that protects a record stored in the clear (the tenant record).
  Digest record_mac(ByteView record) const;

  Bytes seal_metadata(const Uuid& secret, ByteView header, ByteView value_box, ByteView plaintext) const;
  std::optional<WipedBytes> open_metadata(const Uuid& secret, ByteView header, ByteView value_box, ByteView box) const;

  /// Seals the tenant's prefix lengths; the caller pads them.
  Bytes seal_prefixes(ByteView plaintext) const;
  std::optional<WipedBytes> open_prefixes(ByteView box) const;

  /// Seals a small row as a whole; the caller pads it. Each seal has a key of its own.
  Bytes seal_row(const RowPlace& place, ByteView plaintext) const;
  /// std::nullopt if the box was altered, belongs elsewhere, or names another metadata key.
  std::optional<WipedBytes> open_row(const RowPlace& place, ByteView box) const;

 private:
  KeyId id_;
  Uuid tenant_;
  WipedArray<32> metadata_;
  WipedArray<32> index_;
  WipedArray<32> record_;
};

inline constexpr std::size_t metadata_box_overhead = 1 + 8 + 32 + 16;
/// Of ValueFormat::first. A padded value box has 4 bytes more, and the padding.
inline constexpr std::size_t value_box_overhead = 1 + 8 + hpke_overhead;
inline constexpr std::size_t prefix_box_overhead = 1 + 32 + 16;
inline constexpr std::size_t row_box_overhead = metadata_box_overhead;

/// The metadata key that a metadata box or a row box names; std::nullopt if the box is too short or of an unknown
/// format.
std::optional<KeyId> metadata_key_of(ByteView box);
/// The tenant key that a value box names.
std::optional<KeyId> tenant_key_of(ByteView box);

/// Opens only metadata: a shortcut for reads that need neither index nor record keys (one derivation instead of three).
std::optional<WipedBytes> open_metadata(const MetadataKeyring& ring, const Uuid& tenant, const Uuid& secret,
                                        ByteView header, ByteView value_box, ByteView box);

/// Opens a row box likewise.
std::optional<WipedBytes> open_row(const MetadataKeyring& ring, const Uuid& tenant, const RowPlace& place,
                                   ByteView box);

/// The MAC that protects a record of the whole store, not of one tenant (an API key's), under the key `id`.
/// std::nullopt if the ring lacks it.
std::optional<Digest> store_record_mac(const MetadataKeyring& ring, const KeyId& id, std::string_view purpose,
                                       ByteView record);

}  // namespace tacit::crypto
