// Adding, promoting and retiring keys. Each change is audited in the store before the keyrings' files change; after an
// interruption between the two, the same command completes the change. A child process, which may give up root, opens
// the store; this process holds the locked keyrings. Signing keys: server/commands/key_signing.hpp.
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/confirm.hpp"
#include "server/commands/key_changes.hpp"
#include "server/commands/key_rings.hpp"
#include "server/commands/key_signing.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"

namespace tacit::server {
namespace {

using store::KeyChange;
using store::KeyKind;

/// Promotions and retirements change the list of keys, which the root signing key signs.
constexpr KeyNeeds to_change{.root_signing = true};

/// A keyring as `key add` names it.
struct AddedTo {
  KeyKind kind{};
  std::optional<crypto::SigningRole> role{};  ///< of a keyring of signing keys; then `kind` is not used
};

AddedTo read_keyring(std::string_view text) {
  if (const auto role = signing_keyring_role(text)) return {.kind = KeyKind::signing, .role = role};
  if (text == "root" || text == "metadata") return {.kind = read_key_kind(text)};
  throw UsageError(shown(text) + " is not one of root, metadata, signing, audit-api, audit-tools, audit-operator");
}

}  // namespace

int key_add_command(const Config& config, const Arguments& arguments) {
  const AddedTo ring_of_new = read_argument(arguments, "KEYRING", read_keyring);
  if (ring_of_new.role) return add_signing_key(config, *ring_of_new.role);
  const KeyKind kind = ring_of_new.kind;
  crypto::KeyringEdit ring = edit_keyring(config, kind);
  const auto id = ring.add();
  if (!id) fail(id.error());
  with_store(config, {}, [&](store::Store& store) {
    record_key_event(store, store::AuditAction::key_add, to_string(kind), *id);
    return std::string();
  });
  finish_change(ring.apply(), config, store::AuditAction::key_add, to_string(kind), *id);
  std::cout << crypto::to_hex(*id) << '\n';
  std::cerr << "Added this " << to_string(kind)
            << " key. Keep a copy of the keyring, make every server read it (restart it "
            << "under systemd, else reload), and then run: tacit key promote " << crypto::to_hex(*id) << '\n';
  return exit_ok;
}

int key_promote_command(const Config& config, const Arguments& arguments) {
  const crypto::KeyId id = read_argument(arguments, "KEY", read_key_id);
  if (const auto signer = find_signing_key(config, id)) return promote_signing_key(config, *signer);
  KeyInRing key = find_key(config, id);
  const auto promoted = key.ring.promote(id);
  if (!promoted) fail(promoted.error());
  with_store(config, to_change, [&](store::Store& store) {
    change_in_store(store, KeyChange::promote, key.kind, id);
    return std::string();
  });
  finish_change(key.ring.apply(), config, store::AuditAction::key_promote, to_string(key.kind), id);
  std::cout << "The " << to_string(key.kind) << " key " << crypto::to_hex(id) << " is now the primary key.\n";
  std::cerr << "Make every server read it (restart it under systemd, else reload), and then run: tacit key rewrap "
            << to_string(key.kind) << '\n';
  return exit_ok;
}

int key_retire_command(const Config& config, const Arguments& arguments) {
  const Confirmation confirmation(arguments, Unattended::goes_on);  // no stored data needs the key
  const crypto::KeyId id = read_argument(arguments, "KEY", read_key_id);
  const bool discards = arguments.contains("discard-unreadable");
  if (const auto signer = find_signing_key(config, id)) {
    return retire_signing_key(config, *signer, confirmation, discards);
  }
  KeyInRing key = find_key(config, id);
  const auto retired = key.ring.retire(id);
  if (!retired) fail(retired.error());
  const std::string what = std::string("the ") + to_string(key.kind) + " key " + crypto::to_hex(id);
  if (confirmation.dry_run()) {
    with_store(config, {.signs = false, .discard_unreadable = discards}, [&](store::Store& store) {
      expect_retirable(store, key.kind, id);
      return std::string();
    });
    std::cout << "Would retire " << what << ": no stored data uses it.\n";
    return exit_ok;
  }
  const KeyNeeds needs{.root_signing = true, .discard_unreadable = discards};
  with_store(config, needs, [&](store::Store& store) {
    expect_unused(store, key.kind, id);
    confirmation.ask("Permanently remove " + what + " from its keyring?");
    // From here on no process can store data that uses the key, whatever its keyring; but one may have done so
    // between the count and this change.
    change_in_store(store, KeyChange::retire, key.kind, id);
    expect_unused(store, key.kind, id);
    return std::string();
  });
  finish_change(key.ring.apply(), config, store::AuditAction::key_retire, to_string(key.kind), id);
  std::cout << "The " << to_string(key.kind) << " key " << crypto::to_hex(id) << " is retired.\n";
  std::cerr << "Backups from before the rewrap still need it: keep a copy of it as long as those backups.\n";
  return exit_ok;
}

}  // namespace tacit::server
