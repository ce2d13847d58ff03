#include "server/wiring/etcd_look.hpp"

#include <algorithm>

namespace tacit::server {

using store::etcd::EtcdClient;
using store::etcd::Status;

bool EtcdLook::has_alarm(std::string_view alarm) const {
  return std::ranges::any_of(endpoints, [alarm](const EndpointLook& one) {
    return one.status && std::ranges::any_of(one.status->errors, [alarm](const std::string& error) {
             return error.find(alarm) != std::string::npos;
           });
  });
}

EtcdLook look_at_etcd(EtcdClient& client, std::chrono::milliseconds patience) {
  EtcdLook look;
  const std::vector<std::string>& endpoints = client.connection().endpoints;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    auto status = answer_of<Status>([&](EtcdClient::Done<Status> done) {
      client.status(i, store::etcd::Clock::now() + patience, std::move(done));
    });
    if (status) {
      look.endpoints.push_back({endpoints[i], std::move(*status)});
    } else {
      look.endpoints.push_back({endpoints[i], std::nullopt, status.error().text});
    }
  }
  return look;
}

EtcdLook look_at_etcd(const store::EtcdConnection& connection, std::chrono::milliseconds patience) {
  const auto client = EtcdClient::create(connection);
  if (!client) return {.endpoints = {}, .trouble = client.error().text};
  return look_at_etcd(**client, patience);
}

store::EtcdFigures figures_of(const EtcdLook& look, std::uint64_t quota) {
  store::EtcdFigures figures;
  std::uint64_t least = UINT64_MAX;
  for (const EndpointLook& one : look.endpoints) {
    store::EtcdFigures::Member member;
    member.endpoint = one.endpoint;
    if (one.status) {
      const Status& status = *one.status;
      const auto revision = static_cast<std::uint64_t>(std::max<std::int64_t>(status.revision, 0));
      member.version = status.version;
      member.reachable = true;
      member.is_leader = status.leader != 0 && status.member == status.leader;
      member.is_learner = status.is_learner;
      member.size = status.size;
      member.size_in_use = status.size_in_use;
      figures.has_quorum = figures.has_quorum || status.leader != 0;
      if (member.is_leader) figures.leader = one.endpoint;
      figures.revision = std::max(figures.revision, revision);
      least = std::min(least, revision);
      // The fullest member decides whether changes are refused.
      figures.database_bytes = std::max(figures.database_bytes, status.size);
      figures.database_in_use_bytes = std::max(figures.database_in_use_bytes, status.size_in_use);
      figures.database_quota_bytes = std::max(figures.database_quota_bytes, status.quota);
    }
    figures.members.push_back(std::move(member));
  }
  if (least != UINT64_MAX) figures.revision_lag = figures.revision - least;
  if (figures.database_quota_bytes == 0) figures.database_quota_bytes = quota;
  figures.no_space = look.has_alarm("NOSPACE");
  figures.corrupt = look.has_alarm("CORRUPT");
  return figures;
}

}  // namespace tacit::server
