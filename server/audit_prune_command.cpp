#include <unistd.h>

#include <iostream>

#include "server/arguments.hpp"
#include "server/audit_point.hpp"
#include "server/commands.hpp"
#include "server/open_store.hpp"
#include "server/progress.hpp"

namespace tacit::server {

int audit_prune_command(const Config& config, const Arguments& arguments) {
  const auto before = read_argument(arguments, "before", read_audit_point);
  const auto store = open_store(config);
  const auto plan = value_or_fail(store->plan_audit_prune(before), "the audit log is not in order and was not pruned");
  if (plan.entries == 0) {
    std::cout << "No entry is before that.\n";
    return exit_ok;
  }
  const std::string what = std::to_string(plan.entries) + " entries, the newest of them " + to_string(plan.through) +
                           " of " + plan.newest_time;
  if (::isatty(STDIN_FILENO) == 1 && !arguments.contains("yes")) {
    throw UsageError("this would prune " + what + "; export them first, then say --yes");
  }
  Progress progress(std::cerr, "Pruning", ::isatty(STDERR_FILENO) == 1);
  const auto show = [&](std::uint64_t removed) { progress.show(removed, plan.entries); };
  const auto pruned = value_or_fail(run(store->prune_audit(plan.through, operator_context(), show)),
                                    "the audit log was pruned in part at most");
  std::cout << "Pruned " << pruned << " entries, the newest of them " << to_string(plan.through) << " of "
            << plan.newest_time << ".\n";
  return exit_ok;
}

}  // namespace tacit::server
