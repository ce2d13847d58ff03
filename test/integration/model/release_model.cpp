#include "test/integration/model/release_model.hpp"

#include <algorithm>

#include "test/integration/model/rules.hpp"

namespace tacit::test::model {
namespace {

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// An exact name first, then more literal characters, then the newest update.
std::tuple<bool, std::size_t, std::string> precedence(const Secret& secret) {
  const bool exact = secret.tool_name->find('*') == std::string::npos;
  return {exact, literal_characters(*secret.tool_name), secret.updated_at};
}

/// The most specific defaults of each argument.
std::map<std::string, std::vector<const Secret*>> defaults(const TenantModel& tenant, const std::string& tool) {
  std::map<std::string, std::vector<const Secret*>> best;
  for (const Secret& secret : tenant.secrets) {
    if (!secret.is_default || !matches(*secret.tool_name, tool)) continue;
    std::vector<const Secret*>& holders = best[*secret.tool_arg];
    if (!holders.empty() && precedence(secret) < precedence(*holders.front())) continue;
    if (!holders.empty() && precedence(secret) > precedence(*holders.front())) holders.clear();
    holders.push_back(&secret);
  }
  return best;
}

/// Empty: it is released.
std::string reason_to_withhold(const Secret* secret, const std::string& argument, const ToolQuery& query,
                               const std::string& at) {
  if (secret == nullptr) return "not_found";
  const bool for_tool = !secret->tool_name || matches(*secret->tool_name, query.tool);
  const bool for_argument = !secret->tool_arg || *secret->tool_arg == argument;
  if (!for_tool || !for_argument) return "not_bound";
  return secret->is_expired(at) ? "expired" : "";
}

}  // namespace

Released release(const TenantModel& tenant, const Runtime& runtime, const ToolQuery& query, const std::string& at) {
  Released released;
  released.granted = matches(runtime.pattern, query.tool);
  if (!released.granted) return released;
  std::map<std::string, std::string> expired;
  for (const auto& [argument, holders] : defaults(tenant, query.tool)) {
    if (contains(query.provided, argument) || query.named.contains(argument)) continue;
    if (holders.front()->is_expired(at)) {
      expired[argument] = "expired";
    } else {
      released.values[argument] = holders;
    }
  }
  for (const auto& [argument, name] : query.named) {
    const Secret* const secret = tenant.by_name(name);
    const std::string reason = reason_to_withhold(secret, argument, query, at);
    if (reason.empty()) {
      released.values[argument] = {secret};
    } else {
      released.withheld[name] = reason;
    }
  }
  for (const std::string& argument : query.wanted) {
    if (released.values.contains(argument) || contains(query.provided, argument)) continue;
    released.missing[argument] = expired.contains(argument) ? "expired" : "none";
  }
  return released;
}

void note_use(Secret& secret, const Runtime& runtime, const std::string& tool, const std::string& outcome,
              UseCount more) {
  UseCount& count = secret.uses[{tool, runtime.label, outcome}];
  count.least += more.least;
  count.most += more.most;
  if (outcome != "released") return;
  if (more.most > 0) secret.perhaps_released_to.insert({runtime.identity, tool});
  if (more.least > 0) secret.released_to.insert({runtime.identity, tool});
}

}  // namespace tacit::test::model
