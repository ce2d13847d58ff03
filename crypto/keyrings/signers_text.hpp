// The lines of the root public keyring, versions 2 and 3, that concern signing keys: parsing and changing. The other
// lines are those of version 1 (crypto/keyrings/keyring_text.hpp).
//
//   tacit-keyring <2 | 3> root-public
//   store <uuid>                                                              exactly one
//   sign <role> <key id> <primary | active> <created> <key>                   at most one primary key of each role
//   sign <role> <key id> retired <created> <key> <through>
//   sign <role> <key id> retired <created> <key> <through> <slots>            version 3; not of the role root
//   cut-off <sequence>                                                        at most one; from 1
//
// <role> is root, api, tools or operator; <key> the base64url of the 32-byte public key of Ed25519; <through> the last
// audit entry of slot 0 that a retired key may have signed, 0 for the role root; <slots> the same of the other slots,
// as api-1:57,tools-2:9 in any order, or - for none: the key signed no entry of a slot that is not named. A line
// without <slots> is of a version that did not record them. A cut-off needs a primary key of every role. Numbers are
// decimal, without leading zeros. The order of the lines after the header is free.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/keyrings/signers.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

/// Whether a ring's line with this first word is one of those above.
bool is_signers_word(std::string_view first_word);

/// Reads these lines in a ring's text that parse_keyring has accepted; `name` is the file's, for the messages. Empty
/// for a ring of version 1.
KeyringResult<Signers> parse_signers(std::string_view name, std::string_view text);

// Changes of a ring's text that parse_keyring and parse_signers have accepted. All other text stays, including
// comments.
/// Makes the ring one of version 2, for that store. The ring must have no store yet.
WipedBytes with_store(std::string_view text, const Uuid& store);
/// Adds a signing key, active or primary, created now.
WipedBytes with_signer(std::string_view text, SigningRole role, SignerState state, const SigningPublicKey& key);
/// Makes that key the primary one of its role, `role`; the former primary key becomes active.
WipedBytes with_primary_signer(std::string_view text, SigningRole role, const KeyId& id);
/// Makes that key, which is not retired, a retired one. With `slots`, makes the ring one of version 3.
WipedBytes with_retired_signer(std::string_view text, const KeyId& id, std::uint64_t through,
                               const std::optional<SlotSequences>& slots);
/// Adds the cut-off, or replaces it.
WipedBytes with_cut_off(std::string_view text, std::uint64_t sequence);

}  // namespace tacit::crypto
