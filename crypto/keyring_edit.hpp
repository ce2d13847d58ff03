// Changing keyrings: a key more, another primary one, a key less.
//
// The root key's halves are in two files, which no file system changes at once. Each change writes the private ring
// first and then the public one, so that the public ring never has a primary key whose private half is nowhere. A
// change that is cut short between the two leaves a state that is sound and is seen by the next one: a key in the
// private ring alone was being added, a key in the public ring alone (never the primary one) was being retired. Which
// key the private ring calls primary matters to nobody.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "crypto/key_file.hpp"
#include "crypto/keyring.hpp"

namespace tacit::crypto {

/// A key of a ring, as a person sees it.
struct ListedKey {
  KeyId id{};
  bool primary = false;    ///< of the root key: in the public ring
  std::string created;     ///< RFC 3339
  bool has_public = true;  ///< of the root key: which of its halves are in their rings
  bool has_private = true;
};

/// A keyring with its files locked. Each change is prepared first, so that it can be recorded elsewhere before
/// `apply` writes it; one change for each object.
class KeyringEdit {
 public:
  static KeyringResult<KeyringEdit> open_root(const std::filesystem::path& private_file,
                                              const std::filesystem::path& public_file);
  static KeyringResult<KeyringEdit> open_metadata(const std::filesystem::path& file);

  /// In the order of the file; of the root key, all that are in either ring.
  const std::vector<ListedKey>& keys() const { return keys_; }
  const ListedKey* find(const KeyId& id) const;

  /// A new key, not primary. Of the root key: the one whose adding was cut short, if there is one.
  KeyringResult<KeyId> add();
  /// That key as the primary one. Refuses a key that is not whole, or is the primary one already.
  KeyringResult<void> promote(const KeyId& id);
  /// Takes a key out. Refuses the primary one.
  KeyringResult<void> retire(const KeyId& id);
  /// Writes what was prepared.
  KeyringResult<void> apply();

 private:
  struct Ring {
    KeyFileEdit file;
    std::string_view kind;
    WipedBytes next;  ///< the content to write; empty: it stays as it is
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

/// The keys of a ring whose file can be read, without the keys themselves. `kind` is root-public, root-private or
/// metadata.
KeyringResult<std::vector<ListedKey>> list_keyring(const std::filesystem::path& file, std::string_view kind);

}  // namespace tacit::crypto
