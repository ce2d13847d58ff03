#include "store/secrets/binding_precedence.hpp"

#include <tuple>

#include "store/model/tool_pattern.hpp"

namespace tacit::store {
namespace {

auto rank(const StoredSecret& secret) {
  const std::string& tool = *secret.metadata.tool_name;
  return std::tuple(!is_pattern(tool), literal_length(tool), secret.header.updated_at, secret.id);
}

}  // namespace

bool more_specific(const StoredSecret& a, const StoredSecret& b) { return rank(a) > rank(b); }

void DefaultChoice::offer(StoredSecret secret) {
  const std::string& argument = *secret.metadata.tool_arg;
  if (without_.contains(argument)) return;
  const auto at = winners_.find(argument);
  if (at == winners_.end()) {
    std::string name = argument;
    winners_.emplace(std::move(name), Winner{std::move(secret), Bytes()});
  } else if (more_specific(secret, at->second.secret)) {
    at->second = Winner{std::move(secret), Bytes()};
  }
}

void DefaultChoice::keep_rows() {
  for (auto& [argument, winner] : winners_) {
    if (!winner.row.empty()) continue;
    winner.row.assign(winner.secret.row.begin(), winner.secret.row.end());
    winner.secret.row = winner.row;
    winner.secret.value_box = {};
  }
}

std::vector<DefaultChoice::Winner> DefaultChoice::take() {
  std::vector<Winner> taken;
  taken.reserve(winners_.size());
  for (auto& [argument, winner] : winners_) taken.push_back(std::move(winner));
  winners_.clear();
  return taken;
}

}  // namespace tacit::store
