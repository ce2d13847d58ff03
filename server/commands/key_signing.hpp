// The signing keys in the `key` commands (crypto/keyrings/signing_edit.hpp): the root signing key, which the store
// names, and the audit keys, which only the root public keyring names.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/keyrings/signers.hpp"
#include "server/cli/confirm.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

/// The role of a keyring as the commands name it: signing, audit-api, audit-tools or audit-operator; std::nullopt for
/// another name.
std::optional<crypto::SigningRole> signing_keyring_role(std::string_view name);
const char* keyring_name(crypto::SigningRole role);

/// The signing key of that id in the root public keyring; std::nullopt if there is none or the keyring cannot be read.
std::optional<crypto::Signer> find_signing_key(const Config& config, const crypto::KeyId& id);

// The commands, which return their exit code. Each records the change in the store before it writes the keyrings; after
// an interruption the same command completes the change. Throw UsageError and CommandFailed.
int add_signing_key(const Config& config, crypto::SigningRole role);
int promote_signing_key(const Config& config, const crypto::Signer& signer);
/// `discards`: rows that cannot be read do not keep the key.
int retire_signing_key(const Config& config, const crypto::Signer& signer, const Confirmation& confirmation,
                       bool discards);

}  // namespace tacit::server
