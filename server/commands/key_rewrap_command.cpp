// `tacit key rewrap`: its arguments and its output. The work is in store/keys/rewrap_run.hpp.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>

#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/confirm.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/quantities.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/commands/history_notice.hpp"
#include "server/commands/key_rings.hpp"
#include "server/commands/key_run.hpp"
#include "server/config/command_option_defaults.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/process/apart.hpp"
#include "server/wiring/open_store.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/rewrap_run.hpp"

namespace tacit::server {
namespace {

using store::KeyKind;

void report(const store::RewrapRun& rewrap, KeyKind kind, std::chrono::duration<double> taken) {
  std::cout << to_string(kind) << ": rewrapped " << rewrap.figures() << " to the key "
            << crypto::to_hex(rewrap.target()) << " in "
            << duration_text(std::chrono::duration_cast<std::chrono::seconds>(taken));
  if (rewrap.rows() > 0) {
    const double rate = static_cast<double>(rewrap.rows()) / std::max(taken.count(), 0.001);
    std::cout << " (" << static_cast<std::uint64_t>(rate) << " per second)";
  }
  std::cout << '\n';
  if (rewrap.problems() > 0) std::cout << "problems: " << rewrap.problems() << "; see tacit verify\n";
}

/// Returns whether all data was rewrapped and the audit log was not rewritten meanwhile.
bool rewrap_all(store::Store& store, KeyKind kind, std::uint64_t rate) {
  store::RewrapRun rewrap(store.keys(), store.audit(), kind, rate, operator_context());
  value_or_fail(run(rewrap.begin()), "cannot begin to rewrap");
  const std::uint64_t total = count_work(rewrap, std::string("Counting ") + to_string(kind));
  const auto began = std::chrono::steady_clock::now();
  {
    Progress progress(std::cerr, std::string("Rewrapping ") + to_string(kind), ::isatty(STDERR_FILENO) == 1,
                      kind == KeyKind::root ? "tenants" : "rows", Progress::Rate::yes);
    run_to_end(rewrap, total, progress, "the progress");
  }
  report(rewrap, kind, std::chrono::steady_clock::now() - began);
  const bool intact = history_is_intact(store);
  return intact && rewrap.problems() == 0;
}

std::string in_words(const store::UnnamedKey& key) {
  return std::string("the primary ") + (key.kind == KeyKind::signing ? "root signing" : "root") + " key " +
         crypto::to_hex(key.id);
}

/// A rewrap makes the store name such keys, so an operator has to say that they are their own. First comes what the
/// keyrings can show: an attacker with the public keyring alone has no private half to put beside it.
void accept_unnamed_keys(const store::Store& store, const Arguments& arguments) {
  const auto unnamed = value_or_fail(store.keys().unnamed_primaries(), "cannot read the store's record of its keys");
  if (unnamed.empty()) return;
  if (const auto has_halves = store.keys().check_rewrap_halves(KeyKind::root); !has_halves) {
    throw CommandFailed("cannot begin to rewrap: " + sentence(has_halves.error()) +
                        ", which the store does not name: if it is not your own, put your copy of root-public-keyring "
                        "back");
  }
  for (const store::UnnamedKey& key : unnamed) {
    std::cerr << "The store does not name " << in_words(key)
              << ". If your own copy of the keyrings does not have it, another person added it: then put your copy of "
                 "root-public-keyring back.\n";
  }
  const Confirmation confirmation(arguments, Unattended::needs_yes);
  for (const store::UnnamedKey& key : unnamed) {
    confirmation.ask("Make " + in_words(key) + " a key of this store?", crypto::to_hex(key.id));
  }
}

/// Runs in a child process, which may give up root: the next run needs root to read its keyrings.
bool rewrap(const Config& config, KeyKind kind, std::uint64_t rate, const Arguments& arguments) {
  const std::string whole = "whole";
  const KeyNeeds needs{.root_private = kind == KeyKind::root,
                       .root_signing = true,
                       .accept_retired = kind == KeyKind::root && arguments.contains("accept-retired"),
                       .discard_unreadable = arguments.contains("discard-unreadable"),
                       .accept_unnamed = kind == KeyKind::root};
  return run_apart(
             config.store,
             [&] {
               const auto store = open_store(config, needs);
               if (kind == KeyKind::root) accept_unnamed_keys(*store, arguments);
               return rewrap_all(*store, kind, rate) ? whole : std::string();
             },
             default_stall + config.store_timeout) == whole;
}

}  // namespace

int key_rewrap_command(const Config& config, const Arguments& arguments) {
  const std::uint64_t rate =
      arguments.contains("rate") ? read_argument(arguments, "rate", read_rate) : default_rewrap_rate;
  const bool both = !arguments.contains("KEYRING");
  const KeyKind kind = both ? KeyKind::root : read_argument(arguments, "KEYRING", read_key_kind);
  if (arguments.contains("accept-retired") && kind != KeyKind::root) {
    throw UsageError("--accept-retired is for root: nothing that the metadata key seals is signed");
  }
  bool whole = rewrap(config, kind, rate, arguments);
  // The first run may have taken hours, and keys may have changed since: the keyrings are read again.
  if (both) whole = rewrap(config, KeyKind::metadata, rate, arguments) && whole;
  return whole ? exit_ok : exit_failed;
}

}  // namespace tacit::server
