// Loads the private halves of signing keys (crypto/signers.hpp) as a process needs them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crypto/signers.hpp"
#include "server/config/keyring_files.hpp"

namespace tacit::server {

struct SigningRing {
  std::shared_ptr<const crypto::SigningKeyring> ring{};  ///< null: it is not needed, or there is a problem
  std::optional<std::string> problem{};                  ///< begins with the setting
};

/// The ring must have the key with which its role signs according to the root public keyring. Until that names a
/// primary root signing key, only a file that its setting names is a problem if it cannot be loaded.
SigningRing load_signing_ring(const Config& config, KeyringFile which, const crypto::Signers& signers);

}  // namespace tacit::server
