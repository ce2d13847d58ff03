#include "store/etcd/room/cluster_figures.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace tacit::store::etcd {
namespace {

std::uint64_t not_negative(std::int64_t number) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
}

}  // namespace

EtcdFigures cluster_figures(const EtcdHealth& health) {
  EtcdFigures figures;
  figures.has_quorum = health.quorum;
  for (const EtcdMember& one : health.members) {
    EtcdFigures::Member member;
    member.endpoint = one.endpoint;
    member.version = one.version;
    member.reachable = one.reachable;
    member.is_leader = one.is_leader;
    member.is_learner = one.is_learner;
    member.size = one.size;
    member.size_in_use = one.size_in_use;
    if (one.reachable && one.is_leader) figures.leader = one.endpoint;
    figures.members.push_back(std::move(member));
  }
  figures.revision = not_negative(health.revision);
  figures.revision_lag = not_negative(health.revision_lag);
  figures.database_bytes = health.size;
  figures.database_in_use_bytes = health.size_in_use;
  figures.database_quota_bytes = health.quota;
  figures.no_space = health.no_space;
  figures.corrupt = health.corrupt;
  return figures;
}

}  // namespace tacit::store::etcd
