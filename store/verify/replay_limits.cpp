#include "store/verify/replay_limits.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace tacit::store {
namespace {

template <class T>
using Said = std::optional<std::optional<T>>;

/// The setting after that word; empty if the reason does not have the word.
std::string_view setting_of(std::string_view reason, std::string_view word) {
  while (!reason.empty()) {
    const std::string_view each = reason.substr(0, reason.find(' '));
    if (each.starts_with(word)) return each.substr(word.size());
    reason.remove_prefix(std::min(reason.size(), each.size() + 1));
  }
  return {};
}

/// An entry of an older build lacks the words of later settings, and its rows lack the settings.
Said<std::uint64_t> number_of(std::string_view setting) {
  Said<std::uint64_t> said;
  if (setting.empty() || setting == "default") {
    said.emplace();
    return said;
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(setting.data(), setting.data() + setting.size(), number);
  if (error == std::errc() && end == setting.data() + setting.size()) said.emplace(number);
  return said;
}

Said<bool> switch_of(std::string_view setting) {
  Said<bool> said;
  said.emplace();
  if (setting == "on") said.emplace(true);
  if (setting == "off") said.emplace(false);
  return said;
}

template <class T, class Own>
bool differs(const Said<T>& said, const std::optional<Own>& own) {
  return said && (said->has_value() != own.has_value() || (own && **said != *own));
}

template <class T>
void fill(Said<T>& said) {
  if (!said) said.emplace();
}

}  // namespace

void ReplayLimits::set_defaults() {
  *this = {};
  fill_with_defaults();
}

void ReplayLimits::fill_with_defaults() {
  for (auto* const said : {&quota_, &requests_per_second_, &request_burst_, &api_keys_, &secrets_}) fill(*said);
  fill(strict_binding_);
}

void ReplayLimits::quota_set(std::string_view reason) { quota_ = number_of(reason); }

void ReplayLimits::limits_set(std::string_view reason) {
  requests_per_second_ = number_of(setting_of(reason, "requests_per_second="));
  request_burst_ = number_of(setting_of(reason, "request_burst="));
  api_keys_ = number_of(setting_of(reason, "api_keys="));
  secrets_ = number_of(setting_of(reason, "secrets="));
  strict_binding_ = switch_of(setting_of(reason, "strict_binding="));
}

std::vector<std::string> ReplayLimits::differences(const TenantLimits& limits,
                                                   const std::optional<std::uint64_t>& quota,
                                                   std::uint32_t record_format) const {
  constexpr std::uint32_t first_format_with_strict_binding = 3;
  std::vector<std::string> found;
  const auto judge = [&found](bool other, const std::string& name, const std::string& action) {
    if (other) found.push_back(name + " differs from the last " + action + " in the audit log");
  };
  judge(differs(quota_, quota), "quota", "quota.set");
  judge(differs(requests_per_second_, limits.requests_per_second), "limit of requests per second", "limits.set");
  judge(differs(request_burst_, limits.request_burst), "limit of a burst of requests", "limits.set");
  judge(differs(api_keys_, limits.api_keys), "limit of API keys", "limits.set");
  judge(differs(secrets_, limits.secrets), "limit of secrets", "limits.set");
  const bool has_switch = record_format >= first_format_with_strict_binding;
  judge(has_switch && differs(strict_binding_, limits.strict_binding), "strict binding", "limits.set");
  return found;
}

}  // namespace tacit::store
