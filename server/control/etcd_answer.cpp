#include "server/control/etcd_answer.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace tacit::server {
namespace {

namespace json = boost::json;

json::array members_of(const store::EtcdFigures& figures) {
  json::array all;
  for (const auto& member : figures.members) {
    json::object one;
    one["endpoint"] = member.endpoint;
    one["version"] = member.version;
    one["reachable"] = member.reachable;
    one["is_leader"] = member.is_leader;
    one["is_learner"] = member.is_learner;
    one["bytes"] = member.size;
    one["in_use_bytes"] = member.size_in_use;
    all.push_back(std::move(one));
  }
  return all;
}

json::array alarms_of(const store::EtcdFigures& figures) {
  json::array all;
  if (figures.no_space) all.emplace_back("NOSPACE");
  if (figures.corrupt) all.emplace_back("CORRUPT");
  return all;
}

}  // namespace

json::object to_json(const store::EtcdFigures& figures) {
  json::object out;
  out["name"] = figures.name;
  out["has_quorum"] = figures.has_quorum;
  out["leader"] = figures.leader;
  out["members"] = members_of(figures);
  out["revision"] = figures.revision;
  out["revision_lag"] = figures.revision_lag;
  out["compacted_revision"] = figures.compacted_revision;
  out["watch_lag_ms"] = figures.watch_lag.count();
  out["slot"] = figures.slot;
  out["commits"] = figures.commits;
  out["conflicts"] = figures.conflicts;
  out["in_doubt"] = figures.in_doubt;
  out["settled_applied"] = figures.settled_applied;
  out["settled_not_applied"] = figures.settled_not_applied;
  out["rounds"] = figures.rounds;
  out["cache_hits"] = figures.cache_hits;
  out["cache_misses"] = figures.cache_misses;
  out["database_bytes"] = figures.database_bytes;
  out["database_in_use_bytes"] = figures.database_in_use_bytes;
  out["database_quota_bytes"] = figures.database_quota_bytes;
  out["alarms"] = alarms_of(figures);
  return out;
}

}  // namespace tacit::server
