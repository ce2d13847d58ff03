// What the `key` commands share: the keyrings, the parsers of their names and ids, and the store with the audit entries
// of changes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/keyrings/keyring_edit.hpp"
#include "crypto/keyrings/signing_edit.hpp"
#include "server/config/config.hpp"
#include "server/config/errors.hpp"
#include "server/wiring/open_store.hpp"
#include "store/model/audit.hpp"
#include "store/model/key_kind.hpp"

namespace tacit::server {

/// `root` or `metadata`. Throws UsageError.
store::KeyKind read_key_kind(std::string_view text);
/// 16 hexadecimal digits. Throws UsageError.
crypto::KeyId read_key_id(std::string_view text);

/// The files of the signing keys and the root public keyring, whether or not they exist.
crypto::SigningFiles signing_files(const Config& config);

/// The opened edit. Throws UsageError if the files cannot be changed, CommandFailed if another process is changing one.
template <class Edit>
Edit opened(crypto::KeyringResult<Edit> edit) {
  if (edit) return std::move(*edit);
  if (edit.error().is_locked) throw CommandFailed(edit.error().message);
  throw UsageError(edit.error().message);
}

/// Locks the keyring's files and reads them. Throws UsageError if one is not configured, and as `opened` does.
crypto::KeyringEdit edit_keyring(const Config& config, store::KeyKind kind);

/// A key's keyring, locked.
struct KeyInRing {
  store::KeyKind kind{};
  crypto::KeyringEdit ring;
};
/// Throws CommandFailed if no keyring contains the key. Root keys are searched if both files are configured.
KeyInRing find_key(const Config& config, const crypto::KeyId& id);

/// Opens the store in a child process, which may give up root, runs `work`, and closes the store. Returns the answer of
/// `work`. The keyrings are read again each time.
std::string with_store(const Config& config, KeyNeeds needs, const std::function<std::string(store::Store&)>& work);

/// The audit event of a change of a key: `keyring` and the id are its reason.
store::AuditEvent key_event(store::AuditAction action, store::AuditOutcome outcome, const char* keyring,
                            const crypto::KeyId& id);
/// Records it in the store's audit log. Throws CommandFailed.
void record_key_event(store::Store& store, store::AuditAction action, const char* keyring, const crypto::KeyId& id);

/// Throws CommandFailed with the keyring's message.
[[noreturn]] void fail(const crypto::KeyringError& error);

}  // namespace tacit::server
