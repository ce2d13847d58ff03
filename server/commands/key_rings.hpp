// The keyrings of the `key` commands, and the parsers of their names and ids.
#pragma once

#include <string_view>

#include "crypto/keyring_edit.hpp"
#include "server/config/config.hpp"
#include "store/model/key_kind.hpp"

namespace tacit::server {

/// `root` or `metadata`. Throws UsageError.
store::KeyKind read_key_kind(std::string_view text);
/// 16 hexadecimal digits. Throws UsageError.
crypto::KeyId read_key_id(std::string_view text);

/// Locks the keyring's files and reads them. Throws UsageError if one is not configured or cannot be changed.
crypto::KeyringEdit edit_keyring(const Config& config, store::KeyKind kind);

/// A key's keyring, locked.
struct KeyInRing {
  store::KeyKind kind{};
  crypto::KeyringEdit ring;
};
/// Throws CommandFailed if no keyring contains the key. Root keys are searched if both files are configured.
KeyInRing find_key(const Config& config, const crypto::KeyId& id);

/// Throws CommandFailed with the keyring's message.
[[noreturn]] void fail(const crypto::KeyringError& error);

}  // namespace tacit::server
