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

void ReadSecret::keep_row() {
  if (!row.empty()) return;
  row.assign(secret.row.begin(), secret.row.end());
  secret.row = row;
  secret.value_box = {};
}

void DefaultChoice::offer(const SharedSecret& secret) {
  const std::string& argument = *secret->secret.metadata.tool_arg;
  if (without_.contains(argument)) return;
  const auto at = winners_.find(argument);
  if (at == winners_.end()) {
    winners_.emplace(argument, secret);
  } else if (more_specific(secret->secret, at->second->secret)) {
    at->second = secret;
  }
}

const ReadSecret* DefaultChoice::winner(std::string_view argument) const {
  const auto at = winners_.find(argument);
  return at != winners_.end() ? at->second.get() : nullptr;
}

void DefaultChoice::keep_rows() {
  for (auto& [argument, winner] : winners_) winner->keep_row();
}

std::vector<SharedSecret> DefaultChoice::take() {
  std::vector<SharedSecret> taken;
  taken.reserve(winners_.size());
  for (auto& [argument, winner] : winners_) taken.push_back(std::move(winner));
  winners_.clear();
  return taken;
}

}  // namespace tacit::store
