#include "server/commands/key_changes.hpp"

#include <unistd.h>

#include <iostream>
#include <optional>
#include <string>

#include "server/cli/progress.hpp"
#include "server/cli/quantities.hpp"
#include "server/commands/key_rings.hpp"
#include "server/config/errors.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/keys/keys.hpp"

namespace tacit::server {
namespace {

using store::KeyChange;
using store::KeyKind;

/// Why the key cannot be retired at present; std::nullopt if it can.
std::optional<std::string> hindrance(const store::Store& store, KeyKind kind, const crypto::KeyId& id) {
  Progress progress(std::cerr, "Counting uses of the key", ::isatty(STDERR_FILENO) == 1);
  const auto census = value_or_fail(
      store.keys().census(kind, [&](const store::VerifyProgress& p) { progress.show(p.rows, p.rows_total); }),
      "cannot count the uses of the key");
  if (const store::KeyUse use = census.of(id); use.total() > 0) return hindrance_of(kind, use);
  if (census.unreadable == 0) return std::nullopt;
  return counted(census.unreadable, "row") + " cannot be read and may " +
         (kind == KeyKind::signing ? "be signed with it" : "use it") + "; see tacit verify, and --discard-unreadable";
}

}  // namespace

void finish_change(const crypto::KeyringResult<void>& written, const Config& config, store::AuditAction action,
                   const char* keyring, const crypto::KeyId& id) {
  if (written) return;
  with_store(config, {}, [&](store::Store& store) {
    run(store.audit().record(key_event(action, store::AuditOutcome::failed, keyring, id), operator_context()));
    return std::string();
  });
  fail(written.error());
}

void change_in_store(store::Store& store, KeyChange how, KeyKind kind, const crypto::KeyId& id) {
  value_or_fail(run(store.keys().change(how, kind, id, operator_context())),
                "cannot change the store's record of the key " + crypto::to_hex(id));
}

void expect_unused(store::Store& store, KeyKind kind, const crypto::KeyId& id) {
  const auto why = hindrance(store, kind, id);
  if (!why) return;
  change_in_store(store, KeyChange::keep, kind, id);
  throw CommandFailed("the key " + crypto::to_hex(id) + " is not retired: " + *why);
}

void expect_retirable(const store::Store& store, KeyKind kind, const crypto::KeyId& id) {
  if (const auto why = hindrance(store, kind, id)) {
    throw CommandFailed("the key " + crypto::to_hex(id) + " would not be retired: " + *why);
  }
}

}  // namespace tacit::server
