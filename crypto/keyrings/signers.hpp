// The keys with which Tacit signs its own records, and what the root public keyring says of them.
//
// The root signing key signs tenants' keys and the store's own rows; an audit key signs the audit log for one plane.
// Each role's private halves are in a keyring of their own, of the kind root-signing, audit-api, audit-tools or
// audit-operator (format: crypto/keyrings/keyring.hpp; a key is the base64url of the 32-byte seed). All public halves
// are in the root public keyring (format: crypto/keyrings/signers_text.hpp). A key id is the first 8 bytes of
// SHA-256("tacit key id" ‖ "sign <role>" ‖ public key), so the same seed in two roles has two ids.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/files/keyring_result.hpp"
#include "crypto/ids/key_id.hpp"
#include "crypto/ids/uuid.hpp"
#include "crypto/signatures/signing_key.hpp"

namespace tacit::crypto {

/// The values are stored in audit rows.
enum class SigningRole : std::uint8_t { root = 1, api = 2, tools = 3, operators = 4 };
inline constexpr std::array<SigningRole, 4> signing_roles{SigningRole::root, SigningRole::api, SigningRole::tools,
                                                          SigningRole::operators};

/// A retired key's public half remains to verify what it signed before.
enum class SignerState : std::uint8_t { primary, active, retired };

/// root, api, tools or operator.
std::string_view name_of(SigningRole role);
/// std::nullopt for another name.
std::optional<SigningRole> signing_role(std::string_view name);
KeyId signing_key_id(SigningRole role, const SigningPublicKey& key);

/// The sequence of an entry for each slot of the audit log beside 0, by the slot's name (store/model/audit_slot.hpp).
using SlotSequences = std::map<std::string, std::uint64_t, std::less<>>;

struct Signer {
  KeyId id{};
  SigningRole role{};
  SignerState state{};
  std::string created;        ///< RFC 3339, as in the file
  std::uint64_t through = 0;  ///< retired: the last entry of slot 0 that it may have signed; 0 for the role root
  /// Retired: the same of each other slot. It signed none of a slot that is not here. std::nullopt: not recorded,
  /// because an older version retired it.
  std::optional<SlotSequences> slots_through{};
  VerifyingKey key;
};

/// Immutable after loading. Empty for a ring of version 1.
class Signers {
 public:
  Signers() = default;
  Signers(const Uuid& store, std::vector<Signer> entries, std::optional<std::uint64_t> cut_off)
      : store_(store), entries_(std::move(entries)), cut_off_(cut_off) {}

  /// The store that the ring is for; zeros if empty.
  const Uuid& store() const { return store_; }
  /// In the order of the file.
  const std::vector<Signer>& entries() const { return entries_; }
  const Signer* find(const KeyId& id) const;
  /// Null if there is none.
  const Signer* primary(SigningRole role) const;
  /// The audit sequence from which signatures are required.
  std::optional<std::uint64_t> cut_off() const { return cut_off_; }

 private:
  Uuid store_{};
  std::vector<Signer> entries_;
  std::optional<std::uint64_t> cut_off_;
};

/// How far a deployment is on its way to signatures.
enum class SigningPhase : std::uint8_t {
  none,      ///< no primary root signing key: nothing is signed
  signing,   ///< new keys and audit heads are signed; a missing signature is accepted
  required,  ///< there is a cut-off: keys and, from that entry on, audit heads must be signed
};
SigningPhase phase_of(const Signers& signers);

/// The private halves of one role. Refuses the same files as RootPrivateKeyring (crypto/keyrings/keyring.hpp).
class SigningKeyring {
 public:
  struct Entry {
    KeyId id;
    SigningKey key;
  };
  static KeyringResult<SigningKeyring> load(const std::filesystem::path& file, SigningRole role);

  SigningRole role() const { return role_; }
  const Entry* find(const KeyId& id) const;
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  SigningRole role_{};
  std::vector<Entry> entries_;
};

/// Whether the file's whole content is `none`, with or without a line feed: a unit's stand-in for a keyring that does
/// not exist. False if it cannot be read, with the checks of read_key_file (crypto/files/key_file.hpp).
bool is_absent_keyring(const std::filesystem::path& file);

}  // namespace tacit::crypto
