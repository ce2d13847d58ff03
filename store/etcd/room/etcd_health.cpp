#include "store/etcd/room/etcd_health.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tacit::store::etcd {
namespace {

using Version = std::array<unsigned, 3>;

/// "3.5.16" or "3.6.0-rc.1": what follows the third number does not matter.
std::optional<Version> parse_version(std::string_view text) {
  Version version{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < version.size(); ++i) {
    if (i != 0) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto [after, error] = std::from_chars(at, end, version.at(i));
    if (error != std::errc()) return std::nullopt;
    at = after;
  }
  return version;
}

bool has_alarm(const Status& status, std::string_view alarm) {
  return std::any_of(status.errors.begin(), status.errors.end(),
                     [alarm](const std::string& error) { return error.find(alarm) != std::string::npos; });
}

EtcdMember member_of(const std::string& endpoint, const RpcOutcome<Status>& answer) {
  EtcdMember member;
  member.endpoint = endpoint;
  member.reachable = answer.has_value();
  if (!answer) {
    member.failure = answer.error().text;
    return member;
  }
  const Status& status = *answer;
  member.has_leader = status.leader != 0;
  member.is_leader = member.has_leader && status.leader == status.member;
  member.is_learner = status.is_learner;
  member.version = status.version;
  member.revision = status.revision;
  member.raft_backlog = status.raft_index - std::min(status.raft_index, status.raft_applied_index);
  member.size = status.size;
  member.size_in_use = status.size_in_use;
  return member;
}

}  // namespace

bool is_new_enough(std::string_view version) {
  const auto found = parse_version(version);
  return found && *found >= *parse_version(oldest_etcd);
}

EtcdHealth health_of(const std::vector<std::string>& endpoints, const std::vector<RpcOutcome<Status>>& answers,
                     std::uint64_t quota_setting) {
  EtcdHealth health;
  std::int64_t slowest = INT64_MAX;
  for (std::size_t i = 0; i < endpoints.size() && i < answers.size(); ++i) {
    const RpcOutcome<Status>& answer = answers[i];
    const EtcdMember& member = health.members.emplace_back(member_of(endpoints[i], answer));
    if (!answer) continue;
    health.asked = true;
    health.no_space |= has_alarm(*answer, "NOSPACE");
    health.corrupt |= has_alarm(*answer, "CORRUPT");
    health.revision = std::max(health.revision, member.revision);
    slowest = std::min(slowest, member.revision);
    health.size = std::max(health.size, member.size);
    health.size_in_use = std::max(health.size_in_use, member.size_in_use);
    if (answer->quota == 0) continue;
    // The smallest: the first member that is full makes the whole cluster refuse.
    health.quota = health.quota_is_told ? std::min(health.quota, answer->quota) : answer->quota;
    health.quota_is_told = true;
  }
  if (health.asked) health.revision_lag = health.revision - slowest;
  if (!health.quota_is_told) health.quota = quota_setting;
  return health;
}

}  // namespace tacit::store::etcd
