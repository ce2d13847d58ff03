// `tacit key prekeys`: the pool of key pairs for new tenants (store/rows/prekey.hpp).
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <string>

#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/output.hpp"
#include "server/cli/progress.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/keys/prekeys.hpp"

namespace tacit::server {
namespace {

constexpr std::uint64_t most_added = 1'000'000;

std::uint64_t read_count(std::string_view text) { return read_number(text, 1, most_added); }

/// Also after a failure: the rows that were added stay.
void record(store::Store& store, std::uint64_t added) {
  store::AuditEvent event;
  event.action = store::AuditAction::key_prekeys;
  event.reason = "added " + std::to_string(added);
  value_or_fail(run(store.audit().record(std::move(event), operator_context())), "cannot record the new key pairs");
}

void add(store::Store& store, std::uint64_t number) {
  Progress progress(std::cerr, "Making key pairs", ::isatty(STDERR_FILENO) == 1, "pairs");
  std::uint64_t added = 0;
  while (added < number) {
    const auto some = std::min<std::uint64_t>(number - added, store::most_prekeys_at_once);
    const auto done = run(store.prekeys().add(some));
    if (!done) {
      if (added > 0) record(store, added);
      fail("cannot make further key pairs; " + std::to_string(added) + " were added", done.error());
    }
    added += some;
    store::note_step();
    progress.show(added, number);
  }
  record(store, added);
}

void print_json(const store::PrekeyFigures& figures, std::uint64_t added) {
  boost::json::object out;
  out["prekeys"] = figures.usable;
  out["unusable"] = figures.unusable;
  boost::json::array by_key;
  for (const auto& [keys, number] : figures.by_key) {
    by_key.push_back(boost::json::object{
        {"root_key", crypto::to_hex(keys.first)}, {"signing_key", crypto::to_hex(keys.second)}, {"prekeys", number}});
  }
  out["by_key"] = std::move(by_key);
  out["added"] = added;
  std::cout << boost::json::serialize(out) << '\n';
}

void print_text(const store::PrekeyFigures& figures) {
  std::cout << "prekeys " << figures.usable << '\n';
  if (!figures.by_key.empty()) {
    std::vector<std::vector<std::string>> rows = {{"ROOT KEY", "SIGNING KEY", "PREKEYS"}};
    for (const auto& [keys, number] : figures.by_key) {
      rows.push_back({crypto::to_hex(keys.first), crypto::to_hex(keys.second), std::to_string(number)});
    }
    std::cout << table(rows);
  }
  if (figures.unusable > 0) std::cout << "unusable " << figures.unusable << '\n';
}

}  // namespace

int key_prekeys_command(const Config& config, const Arguments& arguments) {
  const std::uint64_t number = arguments.contains("add") ? read_argument(arguments, "add", read_count) : 0;
  const auto store = open_store(config, {.root_signing = number > 0, .signs = number > 0});
  if (number > 0) add(*store, number);
  const auto figures = value_or_fail(store->prekeys().figures(), "cannot count the key pairs");
  if (arguments.contains("json")) {
    print_json(figures, number);
  } else {
    print_text(figures);
  }
  return exit_ok;
}

}  // namespace tacit::server
