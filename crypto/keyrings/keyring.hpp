// The keys that an operator keeps in files: the root key pair (public half and private half in separate files) and the
// metadata key. Each file is a ring: versions of one key. One of them is primary and seals; the others still open what
// they sealed. Keys that sign have rings of the same format (crypto/keyrings/signers.hpp).
//
// Format, version 1, text, one line each:
//   tacit-keyring 1 <root-public | root-private | metadata | root-signing | audit-api | audit-tools | audit-operator>
//   <key id: 16 hex digits> <primary | active> <created: RFC 3339> <key: base64url without padding>
// Empty lines and lines that start with # are ignored. A key id is the first 8 bytes of SHA-256("tacit key id" ‖ "root"
// ‖ public key) for the root key, the same for both halves, and of HMAC-SHA-256(key, "tacit key id") for a metadata
// key. The root's private key is the 32-byte scalar, its public key the 65-byte uncompressed point.
// Versions 2 and 3 exist for root-public only: they have further lines, of the store and of the signing keys
// (crypto/keyrings/signers_text.hpp). Private rings of signing keys have a primary mark, which has no effect.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "crypto/files/keyring_result.hpp"
#include "crypto/hpke/hpke.hpp"
#include "crypto/ids/key_id.hpp"
#include "crypto/keyrings/signers.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

/// The public halves of the root key and of the signing keys. Immutable after loading; any thread may read it.
class RootPublicKeyring {
 public:
  struct Entry {
    KeyId id;
    PublicKey key;
  };
  static KeyringResult<RootPublicKeyring> load(const std::filesystem::path& file);
  const Entry& primary() const { return entries_[primary_]; }
  const Entry* find(const KeyId& id) const;
  const std::vector<Entry>& entries() const { return entries_; }
  /// The signing keys' public halves; empty in a ring of version 1.
  const Signers& signers() const { return signers_; }

 private:
  std::vector<Entry> entries_;
  std::size_t primary_ = 0;
  Signers signers_;
};

/// The private halves. Refuses a file that group or others may read or write, or that belongs to a user other than this
/// process's or root.
class RootPrivateKeyring {
 public:
  struct Entry {
    KeyId id;
    PrivateKey key;
  };
  static KeyringResult<RootPrivateKeyring> load(const std::filesystem::path& file);
  const Entry* find(const KeyId& id) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

/// The metadata key's versions. The same checks of the file's mode, except that its group may read it (both planes need
/// it).
class MetadataKeyring {
 public:
  struct Entry {
    KeyId id;
    WipedArray<32> key;
  };
  static KeyringResult<MetadataKeyring> load(const std::filesystem::path& file);
  const Entry& primary() const { return entries_[primary_]; }
  const Entry* find(const KeyId& id) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::size_t primary_ = 0;
};

/// Makes a root key pair with one version and writes both rings; never overwrites. Modes: private 0400, public 0444.
/// Files appear completely or not at all (written beside, synced, linked into place).
KeyringResult<void> create_root_keyrings(const std::filesystem::path& private_file,
                                         const std::filesystem::path& public_file);

/// Makes a metadata key and writes its ring, mode 0440; never overwrites.
KeyringResult<void> create_metadata_keyring(const std::filesystem::path& file);

}  // namespace tacit::crypto
