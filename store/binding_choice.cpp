#include "store/binding_choice.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include "store/tool_pattern.hpp"

namespace tacit::store {
namespace {

auto rank(const StoredSecret& secret) {
  const std::string& tool = *secret.metadata.tool_name;
  return std::tuple(!is_pattern(tool), literal_length(tool), secret.header.updated_at, secret.id);
}

}  // namespace

bool more_specific(const StoredSecret& a, const StoredSecret& b) { return rank(a) > rank(b); }

std::vector<const StoredSecret*> choose_defaults(const std::vector<StoredSecret>& covering,
                                                 const std::vector<std::string>& without) {
  std::map<std::string_view, const StoredSecret*> chosen;
  for (const StoredSecret& secret : covering) {
    const std::string& argument = *secret.metadata.tool_arg;
    if (std::ranges::find(without, argument) != without.end()) continue;
    const StoredSecret*& best = chosen[argument];
    if (best == nullptr || more_specific(secret, *best)) best = &secret;
  }
  std::vector<const StoredSecret*> result;
  result.reserve(chosen.size());
  for (const auto& [argument, secret] : chosen) result.push_back(secret);
  return result;
}

}  // namespace tacit::store
