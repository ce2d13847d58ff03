// `tacit restore`: creates a store from a backup and records that in its audit log. The work is in
// store/backup/restore.cpp.
#include <unistd.h>

#include <functional>
#include <iostream>
#include <string>

#include "http/log/printable.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/input_file.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/quantities.hpp"
#include "server/commands/etcd_copy.hpp"
#include "server/config/errors.hpp"
#include "server/config/store_location.hpp"
#include "server/process/apart.hpp"
#include "server/process/store_user.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/backup/restore.hpp"
#include "store/backup/sign_restored.hpp"
#include "store/keys/keys.hpp"

namespace tacit::server {
namespace {

constexpr KeyNeeds to_restore{.signs = false, .accept_retired = true, .accept_unsigned = true, .accept_unnamed = true};

/// Runs `look` in a child process, because this process may need root to publish the file afterwards.
store::Outcome<void> look_apart(const std::function<store::Outcome<void>(const store::GiveUpRoot&)>& look) {
  const Part part = [&] {
    value_or_fail(look(become_store_user), "cannot restore");
    return std::string();
  };
  Apart(part).wait_while_it_goes_on();
  return {};
}

std::uint64_t restore(const Config& config, const InputFile& input) {
  const std::uint64_t total = input.size();
  // The size of a stream is not known; then no progress is better than a wrong one.
  Progress progress(std::cerr, "Restoring", ::isatty(STDERR_FILENO) == 1, Progress::bytes);
  const auto show = [&](std::uint64_t bytes) {
    if (total > 0) progress.show(bytes, total);
  };
  const store::StoreKeys keys = load_keys(config, to_restore);
  if (is_in_etcd(config)) return restore_to_etcd(config, keys, input.source(), show);
  auto restored = store::restore(config.store, keys, input.source(), show, look_apart);
  return value_or_fail(std::move(restored), "cannot restore");
}

/// Signs the records of a store from before there was a root signing key, which other processes refuse.
void sign_if_older(const Config& config) {
  const Part part = [&config] {
    const auto store = open_store(config, to_restore);
    const char* const what = "cannot sign the records of the restored store";
    // A transaction that changes nothing would be refused as well while there is no room.
    if (!value_or_fail(store::lacks_signatures(*store), what)) return std::string();
    value_or_fail(run(store::sign_restored(*store)), what);
    return std::string();
  };
  run_apart(config.store, part, default_stall + config.store_timeout);
}

/// Records the restore, which explains why the log does not continue from its last recorded head. False on failure.
bool record_restore(const Config& config) {
  const Part part = [&config]() -> std::string {
    store::AuditEvent event;
    event.action = store::AuditAction::store_restore;
    try {
      const auto store = open_store(config, KeyNeeds{.accept_retired = true, .accept_unnamed = true});
      const auto recorded = run(store->audit().record(std::move(event), operator_context()));
      return recorded ? std::string() : sentence(recorded.error());
    } catch (const UsageError& error) {
      return error.what();
    }
  };
  const std::string failure = run_apart(config.store, part, default_stall + config.store_timeout);
  if (failure.empty()) return true;
  std::cerr << "tacit: the store was restored, but store.restore could not be written to its audit log: " << failure
            << '\n';
  return false;
}

/// A backup from before the tenants' keys were signed: servers that require signatures refuse such keys.
void warn_of_unsigned_tenants(const Config& config) {
  const Part part = [&config]() -> std::string {
    const auto store = open_store(config, KeyNeeds{.signs = false, .accept_retired = true});
    const auto tenants = store->keys().unsigned_tenants();
    return tenants ? std::to_string(*tenants) : "0";
  };
  const auto root_public = crypto::RootPublicKeyring::load(config.root_public_keyring);
  if (!root_public || crypto::phase_of(root_public->signers()) == crypto::SigningPhase::none) return;
  const std::string tenants = run_apart(config.store, part, default_stall + config.store_timeout);
  if (tenants == "0") return;
  std::cerr << "tacit: " << counted(std::stoull(tenants), "tenant's key is", "tenants' keys are")
            << " not signed: run tacit tenant rekey --all before the servers start\n";
}

}  // namespace

int restore_command(const Config& config, const Arguments& arguments) {
  require_keyrings(config);
  const InputFile input(arguments["FILE"].as<std::string>());
  const std::uint64_t bytes = restore(config, input);
  sign_if_older(config);
  const bool recorded = record_restore(config);
  if (recorded) warn_of_unsigned_tenants(config);
  std::cerr << "Restored " << size_text(bytes) << " to " << http::printable(config.store.string())
            << ". Data deleted or revoked after the backup is back. Run tacit verify.\n";
  return recorded ? exit_ok : exit_failed;
}

}  // namespace tacit::server
