// Edits the signing keys: the root public keyring, which is locked during this object's lifetime, and the private rings
// (crypto/keyrings/signers.hpp), each of which is opened and locked when a change needs it.
//
// Private rings are written first, and the public ring last. An interrupted change is completed by the next of the same
// kind: a key in a private ring alone was being added; a key in the public ring alone, not primary, was being retired.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "crypto/files/key_file.hpp"
#include "crypto/keyrings/signers.hpp"

namespace tacit::crypto {

struct KeyringLine;  // crypto/keyrings/keyring_text.hpp

struct SigningFiles {
  std::filesystem::path root_public;
  std::filesystem::path root_signing;
  std::filesystem::path audit_api;
  std::filesystem::path audit_tools;
  std::filesystem::path audit_operator;

  const std::filesystem::path& of(SigningRole role) const;
};

/// A change is prepared first, so that it can be recorded elsewhere before `apply` writes it; one change per object.
class SigningEdit {
 public:
  static KeyringResult<SigningEdit> open(const SigningFiles& files);

  /// As in the file.
  const Signers& signers() const { return signers_; }
  /// Whether the ring has no store id. The first addition, of a key of the role root, then makes everything: the store
  /// id and a key of each role, in new private rings.
  bool is_first() const { return signers_.store() == Uuid{}; }

  /// Adds a new key, not primary; or completes an interrupted addition. Makes the ring of a plane that lost it: once
  /// the new key is promoted, the plane needs no other one.
  KeyringResult<KeyId> add(SigningRole role);
  /// Makes that key the primary one of its role. If the role root had no primary key, the first active key of each
  /// other role without a primary key becomes primary with it. Fails if the key is retired or already primary, or if
  /// the private half is missing; the rings audit-api and audit-tools may be on other hosts.
  KeyringResult<void> promote(const KeyId& id);
  /// Removes the private half and keeps the public one, to verify audit entries up to `through` of slot 0 and up to
  /// those of the other slots; all are ignored for the role root. Refuses a primary key.
  KeyringResult<void> retire(const KeyId& id, std::uint64_t through, const SlotSequences& slots_through = {});
  /// Requires signatures from that audit entry on. A smaller cut-off that the ring has stays.
  KeyringResult<void> set_cut_off(std::uint64_t sequence);
  /// Writes the prepared change.
  KeyringResult<void> apply();

 private:
  /// A private ring: an opened file, or one that is to be made.
  struct PrivateRing {
    std::optional<KeyFileEdit> file;  ///< std::nullopt: there is none yet
    WipedBytes next;                  ///< the content to write; empty: no change
  };

  SigningEdit(SigningFiles files, KeyFileEdit root_public, Signers signers);
  KeyringError wrong(const std::string& why) const;
  /// A key that is not retired.
  KeyringResult<const Signer*> find_unretired(const KeyId& id) const;
  PrivateRing& ring_of(SigningRole role) { return private_.at(static_cast<std::size_t>(role) - 1); }
  /// Opens and locks that role's ring and returns its keys; none if there is no such file and it `may_lack`.
  KeyringResult<std::vector<KeyringLine>> open_private(SigningRole role, bool may_lack);
  KeyringResult<KeyId> add_first();
  /// Prepares the addition in the private ring and in the public text `next`.
  KeyringResult<KeyId> add_to(SigningRole role, WipedBytes& next);
  KeyringResult<std::vector<const Signer*>> promoted_with(const Signer& signer) const;
  /// Prepares the promotion likewise.
  KeyringResult<void> make_primary(const Signer& signer, WipedBytes& next);

  SigningFiles files_;
  KeyFileEdit public_;
  Signers signers_;
  WipedBytes public_next_;  ///< empty: no change
  std::array<PrivateRing, signing_roles.size()> private_;
};

/// Makes all seven rings of a new deployment, for a new store, with cut-off 1; never overwrites. Modes: root public
/// 0444, metadata 0440, others 0400. If one cannot be made, none remains.
KeyringResult<void> create_keyrings(const SigningFiles& signing, const std::filesystem::path& root_private,
                                    const std::filesystem::path& metadata);

}  // namespace tacit::crypto
