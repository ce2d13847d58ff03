// Edits keyrings: adds a key, changes the primary one, removes a key.
//
// The root key's halves are in two files, which cannot be changed atomically together. Each change writes the private
// ring first and then the public one, so the public ring never has a primary key without a private half. An
// interruption between the two leaves a valid state that the next change recognises: a key in the private ring alone
// was being added, a key in the public ring alone (never the primary one) was being retired. The private ring's primary
// mark has no effect.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "crypto/files/key_file.hpp"
#include "crypto/keyrings/keyring.hpp"

namespace tacit::crypto {

/// A listed key of a ring, without key material.
struct ListedKey {
  KeyId id{};
  bool primary = false;    ///< of the root key: in the public ring
  std::string created;     ///< RFC 3339
  bool has_public = true;  ///< of the root key: which halves are in their rings
  bool has_private = true;
};

/// A keyring with locked files. A change is prepared first, so that it can be recorded elsewhere before `apply` writes
/// it; one change per object.
class KeyringEdit {
 public:
  static KeyringResult<KeyringEdit> open_root(const std::filesystem::path& private_file,
                                              const std::filesystem::path& public_file);
  static KeyringResult<KeyringEdit> open_metadata(const std::filesystem::path& file);

  /// In the order of the file; for the root key, all keys of either ring.
  const std::vector<ListedKey>& keys() const { return keys_; }
  const ListedKey* find(const KeyId& id) const;

  /// Adds a new key, not primary. For the root key: completes an interrupted addition, if there is one.
  KeyringResult<KeyId> add();
  /// Makes that key the primary one. Fails if one of its halves is missing, or if it is already primary.
  KeyringResult<void> promote(const KeyId& id);
  /// Removes a key. Refuses the primary one.
  KeyringResult<void> retire(const KeyId& id);
  /// Writes the prepared change.
  KeyringResult<void> apply();

 private:
  struct Ring {
    KeyFileEdit file;
    std::string_view kind;
    WipedBytes next;  ///< the content to write; empty: no change
    KeyringResult<void> write();
  };

  explicit KeyringEdit(Ring main) : main_(std::move(main)) {}
  KeyringResult<void> list();
  KeyringError no_such_key(const KeyId& id) const;
  KeyringResult<KeyId> add_root();
  KeyringResult<KeyId> complete_root(const KeyId& id);

  std::optional<Ring> private_;  ///< of the root key
  Ring main_;                    ///< the root key's public ring, or the metadata keyring
  std::vector<ListedKey> keys_;
};

/// The keys of a readable ring, without key material. `kind` is root-public, root-private or metadata.
KeyringResult<std::vector<ListedKey>> list_keyring(const std::filesystem::path& file, std::string_view kind);

}  // namespace tacit::crypto
