// The envelope: which key seals which data of a tenant, and what each box is bound to.
//
// Every AAD is canonical: the ASCII purpose, then each field as a 4-byte big-endian length and its bytes.
//
// value box       1 byte format (1) ‖ 8 tenant key id ‖ HPKE box (65 + n + 16)
//                 AAD: "tacit value", format, tenant, secret, value version (4 bytes), tenant key id. Sealed to the
//                 tenant's public key.
// metadata box    1 byte format (1) ‖ 8 metadata key id ‖ 32 salt ‖ ciphertext ‖ 16 tag
//                 AAD: "tacit metadata", format, tenant, secret, the row's header as stored, metadata key id,
//                 SHA-256(value box). Key: HKDF-Expand(tenant metadata key, "tacit box" ‖ salt); it is used once, so
//                 the nonce is 12 zero bytes. The salt is hedged randomness (crypto/hedge.hpp).
// tenant key box  8 root key id ‖ HPKE box of the 32-byte scalar, sealed to the root public key
//                 AAD: "tacit tenant key", format, tenant, tenant public key, root key id.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/digest.hpp"
#include "crypto/hpke.hpp"
#include "crypto/keyring.hpp"
#include "crypto/uuid.hpp"
#include "crypto/wiped.hpp"

namespace tacit::crypto {

/// Identifies the value of a box. The version counts the values a secret has had, from 1.
struct ValueAddress {
  Uuid tenant;
  Uuid secret;
  std::uint32_t version = 0;
};

/// A tenant's key pair as stored: any process can seal to it, only the root private key opens it.
struct TenantKey {
  PublicKey public_key{};
  Bytes box;

  KeyId id() const;           ///< the first 8 bytes of SHA-256(public key)
  KeyId root_key_id() const;  ///< the key that sealed `box`; zeros if the box is too short to say
};

/// Makes a tenant's key pair and seals its private half to the primary root key.
TenantKey make_tenant_key(const RootPublicKeyring& root, const Uuid& tenant);

/// Opens the private half. std::nullopt if the box was altered, was made for another tenant or names a key that the
/// ring lacks.
std::optional<PrivateKey> open_tenant_key(const RootPrivateKeyring& root, const Uuid& tenant, const TenantKey& key);

/// Opens the private half with `root` and seals it again, to that root key. std::nullopt if it cannot be opened.
std::optional<TenantKey> rewrap_tenant_key(const RootPrivateKeyring& root, const RootPublicKeyring::Entry& to,
                                           const Uuid& tenant, const TenantKey& key);

/// Seals a value. std::nullopt only if the public key is not a point (a damaged record).
std::optional<Bytes> seal_value(const TenantKey& key, const ValueAddress& address, ByteView value);

/// Opens a value box with the tenant's private key.
std::optional<WipedBytes> open_value(const PrivateKey& key, const TenantKey& tenant_key, const ValueAddress& address,
                                     ByteView box);

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

 private:
  KeyId id_;
  Uuid tenant_;
  WipedArray<32> metadata_;
  WipedArray<32> index_;
  WipedArray<32> record_;
};

inline constexpr std::size_t metadata_box_overhead = 1 + 8 + 32 + 16;
inline constexpr std::size_t value_box_overhead = 1 + 8 + hpke_overhead;

/// The metadata key that a metadata box names; std::nullopt if the box is too short or of an unknown format.
std::optional<KeyId> metadata_key_of(ByteView box);
/// The tenant key that a value box names.
std::optional<KeyId> tenant_key_of(ByteView box);

/// Opens only metadata: a shortcut for reads that need neither index nor record keys (one derivation instead of three).
std::optional<WipedBytes> open_metadata(const MetadataKeyring& ring, const Uuid& tenant, const Uuid& secret,
                                        ByteView header, ByteView value_box, ByteView box);

/// The MAC that protects a record of the whole store, not of one tenant (an API key's), under the key `id`.
/// std::nullopt if the ring lacks it.
std::optional<Digest> store_record_mac(const MetadataKeyring& ring, const KeyId& id, std::string_view purpose,
                                       ByteView record);

}  // namespace tacit::crypto
