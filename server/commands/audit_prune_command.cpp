// `tacit audit prune`: permanently removes the oldest audit entries, after a confirmation. The work is in
// store/audit/audit_prune.cpp.
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <string>

#include "server/audit/audit_point.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/confirm.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/quantities.hpp"
#include "server/commands/history_notice.hpp"
#include "server/config/errors.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_trail.hpp"

namespace tacit::server {
namespace {

std::string figures(std::uint64_t entries, const store::AuditPrunePlan& plan) {
  return counted(entries, "entry", "entries") + ", the newest one " + to_string(plan.through) + " of " +
         plan.newest_time;
}

void print_json(std::uint64_t entries, const store::AuditPrunePlan& plan, bool dry_run) {
  boost::json::object out;
  out["entries"] = entries;
  out["through"] = nullptr;
  out["newest_time"] = nullptr;
  if (entries > 0) out["through"] = to_string(plan.through);
  if (entries > 0) out["newest_time"] = plan.newest_time;
  out["dry_run"] = dry_run;
  std::cout << boost::json::serialize(out) << '\n';
}

std::uint64_t prune(store::Store& store, const store::AuditPrunePlan& plan) {
  Progress progress(std::cerr, "Pruning", ::isatty(STDERR_FILENO) == 1);
  const auto show = [&](std::uint64_t removed) { progress.show(removed, plan.entries); };
  return value_or_fail(run(store.audit().prune(plan.through, operator_context(), show)),
                       "the audit log was not or only partly pruned");
}

}  // namespace

int audit_prune_command(const Config& config, const Arguments& arguments) {
  const Confirmation confirmation(arguments);
  const auto before = read_argument(arguments, "before", read_audit_point);
  const bool json = arguments.contains("json");
  const bool changes = !confirmation.dry_run();
  const auto store = open_store(config, {.root_signing = changes, .signs = changes});
  const auto plan = value_or_fail(store->audit().plan_prune(before), "the audit log is damaged and was not pruned");
  if (plan.entries == 0) {
    if (json) {
      print_json(0, plan, confirmation.dry_run());
    } else {
      std::cout << "There are no earlier entries.\n";
    }
    return exit_ok;
  }
  std::uint64_t entries = plan.entries;
  if (!confirmation.dry_run()) {
    confirmation.ask("Permanently prune " + figures(entries, plan) + "? Export them first.");
    entries = prune(*store, plan);
  }
  if (json) {
    print_json(entries, plan, confirmation.dry_run());
  } else {
    std::cout << (confirmation.dry_run() ? "Would prune " : "Pruned ") << figures(entries, plan) << ".\n";
  }
  return history_is_intact(*store) ? exit_ok : exit_failed;
}

}  // namespace tacit::server
