// `tacit tenant rekey`: its arguments and its output. The work is in store/keys/rekey_run.hpp, and runs in a child
// process, which may give up root. For all tenants, this process keeps the root public keyring locked meanwhile, and
// writes the cut-off into it.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/quantities.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/commands/history_notice.hpp"
#include "server/commands/key_rings.hpp"
#include "server/commands/key_run.hpp"
#include "server/config/command_option_defaults.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/rekey_run.hpp"

namespace tacit::server {
namespace {

/// The child's answer.
struct Rekeyed {
  bool whole = false;         ///< there was no problem, and the audit log was not rewritten meanwhile
  std::uint64_t cut_off = 0;  ///< for the root public keyring; 0: none
};

std::string to_text(const Rekeyed& rekeyed) { return (rekeyed.whole ? "1 " : "0 ") + std::to_string(rekeyed.cut_off); }

Rekeyed from_text(const std::string& text) {
  std::istringstream words(text);
  Rekeyed rekeyed;
  words >> rekeyed.whole >> rekeyed.cut_off;
  return rekeyed;
}

Rekeyed rekey(store::Store& store, const store::RekeyWish& wish) {
  store::RekeyRun rekey(store.keys(), store.audit(), wish, operator_context());
  value_or_fail(run(rekey.begin()), "cannot begin");
  const std::uint64_t total = count_work(rekey, "Counting secrets");
  const auto began = std::chrono::steady_clock::now();
  {
    Progress progress(std::cerr, "Sealing again", ::isatty(STDERR_FILENO) == 1, "secrets", Progress::Rate::yes);
    run_to_end(rekey, total, progress, "the end");
  }
  const auto taken = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
  std::cout << "rekeyed " << rekey.figures() << " in " << duration_text(taken) << '\n';
  if (rekey.problems() > 0) std::cout << "problems: " << rekey.problems() << "; see tacit verify\n";
  Rekeyed rekeyed;
  rekeyed.whole = rekey.problems() == rekey.discarded() && !rekey.unfinished();
  if (!history_is_intact(store)) rekeyed.whole = false;
  if (wish.tenant) return rekeyed;
  const auto cut_off = rekey.cut_off();
  if (cut_off) {
    rekeyed.cut_off = *cut_off;
  } else {
    complain(sentence(cut_off.error()));
    rekeyed.whole = false;
  }
  return rekeyed;
}

Rekeyed rekey_apart(const Config& config, const store::RekeyWish& wish) {
  const KeyNeeds needs{.root_private = true, .root_signing = true};
  return from_text(with_store(config, needs, [&wish](store::Store& store) { return to_text(rekey(store, wish)); }));
}

/// A smaller cut-off that the keyring has stays.
void write_cut_off(crypto::SigningEdit& ring, std::uint64_t sequence) {
  if (const auto present = ring.signers().cut_off(); present && *present <= sequence) return;
  auto written = ring.set_cut_off(sequence);
  if (written) written = ring.apply();
  if (!written) fail(written.error());
  std::cerr << "From audit entry " << sequence
            << " on, only signed keys and signed audit entries are accepted. Make every server read the keyring "
               "(restart it under systemd, else reload).\n";
}

store::RekeyWish wish_of(const Arguments& arguments) {
  store::RekeyWish wish;
  const bool all = arguments.contains("all");
  if (all == arguments.contains("tenant")) throw UsageError("needs either --tenant or --all");
  if (!all) wish.tenant = read_argument(arguments, "tenant", read_uuid);
  wish.rate = arguments.contains("rate") ? read_argument(arguments, "rate", read_rate) : default_rewrap_rate;
  wish.discard_unreadable = arguments.contains("discard-unreadable");
  wish.restart = arguments.contains("restart");
  if (wish.restart && !all) throw UsageError("--restart is for --all");
  return wish;
}

}  // namespace

int tenant_rekey_command(const Config& config, const Arguments& arguments) {
  const store::RekeyWish wish = wish_of(arguments);
  if (wish.tenant) return rekey_apart(config, wish).whole ? exit_ok : exit_failed;
  require_keyrings(config);
  crypto::SigningEdit ring = opened(crypto::SigningEdit::open(signing_files(config)));
  const Rekeyed rekeyed = rekey_apart(config, wish);
  if (rekeyed.cut_off != 0) write_cut_off(ring, rekeyed.cut_off);
  return rekeyed.whole ? exit_ok : exit_failed;
}

}  // namespace tacit::server
