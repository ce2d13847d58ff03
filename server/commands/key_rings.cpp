#include "server/commands/key_rings.hpp"

#include <string>

#include "crypto/keyrings/keyring_text.hpp"
#include "server/config/keyring_files.hpp"
#include "server/config/values.hpp"
#include "server/process/apart.hpp"
#include "store/audit/audit_trail.hpp"

namespace tacit::server {
namespace {

void need(const char* setting, const std::filesystem::path& file) {
  if (file.empty()) throw UsageError(is_not_configured(setting));
}

}  // namespace

store::KeyKind read_key_kind(std::string_view text) {
  if (text == "root") return store::KeyKind::root;
  if (text == "metadata") return store::KeyKind::metadata;
  throw UsageError(shown(text) + " is neither root nor metadata");
}

crypto::KeyId read_key_id(std::string_view text) {
  const auto id = crypto::parse_key_id(text);
  if (!id) throw UsageError(shown(text) + " is not a key id: 16 hexadecimal digits, as `tacit key list` shows them");
  return *id;
}

crypto::SigningFiles signing_files(const Config& config) {
  need("root-public-keyring", config.root_public_keyring);
  return {.root_public = config.root_public_keyring,
          .root_signing = place_of(config, KeyringFile::root_signing),
          .audit_api = place_of(config, KeyringFile::audit_api),
          .audit_tools = place_of(config, KeyringFile::audit_tools),
          .audit_operator = place_of(config, KeyringFile::audit_operator)};
}

crypto::KeyringEdit edit_keyring(const Config& config, store::KeyKind kind) {
  if (kind == store::KeyKind::metadata) {
    need("metadata-keyring", config.metadata_keyring);
    return opened(crypto::KeyringEdit::open_metadata(config.metadata_keyring));
  }
  need("root-public-keyring", config.root_public_keyring);
  need("root-private-keyring", config.root_private_keyring);
  return opened(crypto::KeyringEdit::open_root(config.root_private_keyring, config.root_public_keyring));
}

KeyInRing find_key(const Config& config, const crypto::KeyId& id) {
  crypto::KeyringEdit metadata = edit_keyring(config, store::KeyKind::metadata);
  if (metadata.find(id) != nullptr) return {store::KeyKind::metadata, std::move(metadata)};
  if (!config.root_public_keyring.empty() && !config.root_private_keyring.empty()) {
    crypto::KeyringEdit root = edit_keyring(config, store::KeyKind::root);
    if (root.find(id) != nullptr) return {store::KeyKind::root, std::move(root)};
  }
  throw CommandFailed("no keyring contains the key " + crypto::to_hex(id) + "; see tacit key list");
}

std::string with_store(const Config& config, KeyNeeds needs, const std::function<std::string(store::Store&)>& work) {
  return run_apart(
      config.store,
      [&] {
        const auto store = open_store(config, needs);
        return work(*store);
      },
      default_stall + config.store_timeout);
}

store::AuditEvent key_event(store::AuditAction action, store::AuditOutcome outcome, const char* keyring,
                            const crypto::KeyId& id) {
  store::AuditEvent event;
  event.action = action;
  event.outcome = outcome;
  event.reason = std::string(keyring) + " " + crypto::to_hex(id);
  return event;
}

void record_key_event(store::Store& store, store::AuditAction action, const char* keyring, const crypto::KeyId& id) {
  const store::AuditEvent event = key_event(action, store::AuditOutcome::ok, keyring, id);
  value_or_fail(run(store.audit().record(event, operator_context())), "cannot record the change of the key");
}

void fail(const crypto::KeyringError& error) { throw CommandFailed(error.message); }

}  // namespace tacit::server
