// The part of a server's state about its store in etcd: the member `etcd` of the answer to `tacit status`.
#pragma once

#include <boost/json/object.hpp>

#include "store/engine/etcd_figures.hpp"

namespace tacit::server {

/// Members: name, has_quorum, leader, members [{endpoint, version, reachable, is_leader, is_learner, bytes,
/// in_use_bytes}], revision, revision_lag, compacted_revision, watch_lag_ms, slot, commits, conflicts, in_doubt,
/// settled_applied, settled_not_applied, rounds, cache_hits, cache_misses, database_bytes, database_in_use_bytes,
/// database_quota_bytes, alarms.
boost::json::object to_json(const store::EtcdFigures& figures);

}  // namespace tacit::server
