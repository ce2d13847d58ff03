// Loads the private halves of signing keys (crypto/keyrings/signers.hpp) as a process needs them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crypto/keyrings/signers.hpp"
#include "server/config/keyring_files.hpp"

namespace tacit::server {

struct SigningRing {
  std::shared_ptr<const crypto::SigningKeyring> ring{};  ///< null: it is not needed, or there is a problem
  std::optional<std::string> problem{};                  ///< begins with the setting
};

/// The ring must have the private half of the key that the root public keyring has as the primary one of its role: a
/// process that would sign with another key does not start, and does not take such keyrings at a reload. Until a
/// primary root signing key is named there, only a file that its setting names is a problem if it cannot be loaded.
///
/// So an edited primary line is found by each process that signs for that role, at its next start or reload, and by
/// `check-config` of a user who can read both files. Not found by it:
/// * by the other processes, which have no half of that role: they accept what the added key signs. If the old line was
///   removed, `tacit verify` and `tacit audit verify` report what the old key signed.
/// * a key that was added as `active`, beside the primary one: what it signs is accepted.
/// * an edit together with one of the private ring. Root owns all of these files, and only root can write them.
SigningRing load_signing_ring(const Config& config, KeyringFile which, const crypto::Signers& signers);

}  // namespace tacit::server
