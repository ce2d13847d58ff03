// `tacit audit prune`: permanently removes the oldest audit entries, after a confirmation. The work is in
// store/audit/audit_prune.cpp.
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <string>
#include <utility>
#include <vector>

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

/// What is pruned of each slot; none without entries.
using Plans = std::vector<store::AuditPrunePlan>;

std::uint64_t entries_of(const Plans& plans) {
  std::uint64_t entries = 0;
  for (const store::AuditPrunePlan& plan : plans) entries += plan.entries;
  return entries;
}

std::string figures(const Plans& plans) {
  std::string text;
  for (const store::AuditPrunePlan& plan : plans) {
    text += (text.empty() ? "" : "; ") + counted(plan.entries, "entry", "entries") + ", the newest one " +
            to_string(plan.through) + " of " + plan.newest_time;
  }
  return text;
}

boost::json::object json_of(const store::AuditPrunePlan& plan) {
  boost::json::object out;
  out["entries"] = plan.entries;
  out["through"] = nullptr;
  out["newest_time"] = nullptr;
  if (plan.entries > 0) out["through"] = to_string(plan.through);
  if (plan.entries > 0) out["newest_time"] = plan.newest_time;
  return out;
}

/// The members of slot 0, and a list of the other slots if there is something to prune in them.
void print_json(const Plans& plans, bool dry_run) {
  store::AuditPrunePlan embedded;
  boost::json::array slots;
  for (const store::AuditPrunePlan& plan : plans) {
    if (plan.through.slot.is_embedded()) {
      embedded = plan;
    } else {
      slots.push_back(json_of(plan));
    }
  }
  boost::json::object out = json_of(embedded);
  if (!slots.empty()) out["slots"] = std::move(slots);
  out["dry_run"] = dry_run;
  std::cout << boost::json::serialize(out) << '\n';
}

Plans plan_all(const store::Store& store, const store::AuditPoint& before) {
  Plans plans;
  const auto slots = value_or_fail(store.audit().slots(), "cannot read the audit log");
  for (const store::AuditSlot slot : slots) {
    auto plan = value_or_fail(store.audit().plan_prune(before, slot), "the audit log is damaged and was not pruned");
    if (plan.entries > 0) plans.push_back(std::move(plan));
  }
  return plans;
}

/// Sets the numbers of entries to those that were removed.
void prune(store::Store& store, Plans& plans) {
  const std::uint64_t total = entries_of(plans);
  std::uint64_t done = 0;
  Progress progress(std::cerr, "Pruning", ::isatty(STDERR_FILENO) == 1);
  const auto show = [&](std::uint64_t removed) { progress.show(done + removed, total); };
  for (store::AuditPrunePlan& plan : plans) {
    plan.entries = value_or_fail(run(store.audit().prune(plan.through, operator_context(), show)),
                                 "the audit log was not or only partly pruned");
    done += plan.entries;
  }
}

}  // namespace

int audit_prune_command(const Config& config, const Arguments& arguments) {
  const Confirmation confirmation(arguments);
  const auto before = read_argument(arguments, "before", read_audit_point);
  const bool json = arguments.contains("json");
  const bool changes = !confirmation.dry_run();
  const auto store = open_store(config, {.root_signing = changes, .signs = changes});
  Plans plans = plan_all(*store, before);
  if (plans.empty()) {
    if (json) {
      print_json(plans, confirmation.dry_run());
    } else {
      std::cout << "There are no earlier entries.\n";
    }
    return exit_ok;
  }
  if (!confirmation.dry_run()) {
    confirmation.ask("Permanently prune " + figures(plans) + "? Export them first.");
    prune(*store, plans);
  }
  if (json) {
    print_json(plans, confirmation.dry_run());
  } else {
    std::cout << (confirmation.dry_run() ? "Would prune " : "Pruned ") << figures(plans) << ".\n";
  }
  return history_is_intact(*store) ? exit_ok : exit_failed;
}

}  // namespace tacit::server
