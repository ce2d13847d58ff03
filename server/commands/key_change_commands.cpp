// Adding, promoting and retiring keys. Each change is audited in the store before the keyrings' files change; after an
// interruption between the two, the same command completes the change. A child process, which may give up root, opens
// the store; this process holds the locked keyrings.
#include <unistd.h>

#include <functional>
#include <iostream>
#include <optional>
#include <string>

#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/confirm.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/quantities.hpp"
#include "server/commands/key_rings.hpp"
#include "server/config/errors.hpp"
#include "server/process/apart.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/keys/keys.hpp"

namespace tacit::server {
namespace {

using store::KeyChange;
using store::KeyKind;

store::AuditEvent event_of(store::AuditAction action, store::AuditOutcome outcome, KeyKind kind,
                           const crypto::KeyId& id) {
  store::AuditEvent event;
  event.action = action;
  event.outcome = outcome;
  event.reason = std::string(to_string(kind)) + " " + crypto::to_hex(id);
  return event;
}

/// Opens the store, runs `work`, and closes the store.
void with_store(const Config& config, const std::function<void(store::Store&)>& work) {
  run_apart(
      config.store,
      [&] {
        const auto store = open_store(config);
        work(*store);
        return std::string();
      },
      default_stall + config.store_timeout);
}

/// Writes the files. A failure is audited, too, because the change was audited before.
void apply(crypto::KeyringEdit& ring, const Config& config, store::AuditAction action, KeyKind kind,
           const crypto::KeyId& id) {
  const auto applied = ring.apply();
  if (applied) return;
  with_store(config, [&](store::Store& store) {
    run(store.audit().record(event_of(action, store::AuditOutcome::failed, kind, id), operator_context()));
  });
  fail(applied.error());
}

void change_in_store(store::Store& store, KeyChange how, const KeyInRing& key, const crypto::KeyId& id) {
  value_or_fail(run(store.keys().change(how, key.kind, id, operator_context())),
                "cannot change the store's record of the key " + crypto::to_hex(id));
}

/// Why the key cannot be retired at present; std::nullopt if it can.
std::optional<std::string> hindrance(const store::Store& store, KeyKind kind, const crypto::KeyId& id) {
  Progress progress(std::cerr, "Counting uses of the key", ::isatty(STDERR_FILENO) == 1);
  const auto census = value_or_fail(
      store.keys().census(kind, [&](const store::VerifyProgress& p) { progress.show(p.rows, p.rows_total); }),
      "cannot count the uses of the key");
  if (const store::KeyUse use = census.of(id); use.total() > 0) {
    std::string text = counted(use.tenants, "tenant");
    if (kind == KeyKind::metadata) {
      text += ", " + counted(use.secrets, "secret") + " and " + counted(use.api_keys, "API key");
    }
    return text + " still " + (kind == KeyKind::root && use.tenants == 1 ? "uses" : "use") +
           " it; run: tacit key rewrap " + to_string(kind);
  }
  if (census.unreadable == 0) return std::nullopt;
  return counted(census.unreadable, "row") + " cannot be read and may use it; see tacit verify";
}

/// Throws if stored data may use the key. In that case, undoes a retirement recorded in the store by this command or by
/// an earlier one that was killed before its check.
void expect_unused(store::Store& store, const KeyInRing& key, const crypto::KeyId& id) {
  const auto why = hindrance(store, key.kind, id);
  if (!why) return;
  change_in_store(store, KeyChange::keep, key, id);
  throw CommandFailed("the key " + crypto::to_hex(id) + " is not retired: " + *why);
}

void expect_retirable(const store::Store& store, KeyKind kind, const crypto::KeyId& id) {
  if (const auto why = hindrance(store, kind, id)) {
    throw CommandFailed("the key " + crypto::to_hex(id) + " would not be retired: " + *why);
  }
}

}  // namespace

int key_add_command(const Config& config, const Arguments& arguments) {
  const KeyKind kind = read_argument(arguments, "KEYRING", read_key_kind);
  crypto::KeyringEdit ring = edit_keyring(config, kind);
  const auto id = ring.add();
  if (!id) fail(id.error());
  with_store(config, [&](store::Store& store) {
    value_or_fail(run(store.audit().record(event_of(store::AuditAction::key_add, store::AuditOutcome::ok, kind, *id),
                                           operator_context())),
                  "cannot record the new key");
  });
  apply(ring, config, store::AuditAction::key_add, kind, *id);
  std::cout << crypto::to_hex(*id) << '\n';
  std::cerr << "Added this " << to_string(kind)
            << " key. Keep a copy of the keyring, make every server read it (restart it "
            << "under systemd, else reload), and then run: tacit key promote " << crypto::to_hex(*id) << '\n';
  return exit_ok;
}

int key_promote_command(const Config& config, const Arguments& arguments) {
  const crypto::KeyId id = read_argument(arguments, "KEY", read_key_id);
  KeyInRing key = find_key(config, id);
  const auto promoted = key.ring.promote(id);
  if (!promoted) fail(promoted.error());
  with_store(config, [&](store::Store& store) { change_in_store(store, KeyChange::promote, key, id); });
  apply(key.ring, config, store::AuditAction::key_promote, key.kind, id);
  std::cout << "The " << to_string(key.kind) << " key " << crypto::to_hex(id) << " is now the primary key.\n";
  std::cerr << "Make every server read it (restart it under systemd, else reload), and then run: tacit key rewrap "
            << to_string(key.kind) << '\n';
  return exit_ok;
}

int key_retire_command(const Config& config, const Arguments& arguments) {
  const Confirmation confirmation(arguments, Unattended::goes_on);  // no stored data needs the key
  const crypto::KeyId id = read_argument(arguments, "KEY", read_key_id);
  KeyInRing key = find_key(config, id);
  const auto retired = key.ring.retire(id);
  if (!retired) fail(retired.error());
  const std::string what = std::string("the ") + to_string(key.kind) + " key " + crypto::to_hex(id);
  if (confirmation.dry_run()) {
    with_store(config, [&](store::Store& store) { expect_retirable(store, key.kind, id); });
    std::cout << "Would retire " << what << ": no stored data uses it.\n";
    return exit_ok;
  }
  with_store(config, [&](store::Store& store) {
    expect_unused(store, key, id);
    confirmation.ask("Permanently remove " + what + " from its keyring?");
    // From here on no process can store data that uses the key, whatever its keyring; but one may have done so
    // between the count and this change.
    change_in_store(store, KeyChange::retire, key, id);
    expect_unused(store, key, id);
  });
  apply(key.ring, config, store::AuditAction::key_retire, key.kind, id);
  std::cout << "The " << to_string(key.kind) << " key " << crypto::to_hex(id) << " is retired.\n";
  std::cerr << "Backups from before the rewrap still need it: keep a copy of it as long as those backups.\n";
  return exit_ok;
}

}  // namespace tacit::server
