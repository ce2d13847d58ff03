// What an engine knows of its etcd cluster, for status, metrics and messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// One endpoint of the connection.
struct EtcdMember {
  std::string endpoint;
  bool reachable = false;
  std::string failure{};  ///< why not, in words; only while it is not reachable
  bool is_leader = false;
  bool is_learner = false;
  bool has_leader = false;
  std::string version{};
  std::int64_t revision = 0;
  std::uint64_t raft_backlog = 0;  ///< entries that it knows and has not applied yet
  std::uint64_t size = 0;          ///< bytes of its database's file
  std::uint64_t size_in_use = 0;   ///< of these, not free
};

struct EtcdHealth {
  std::vector<EtcdMember> members{};
  bool asked = false;             ///< the figures are those of an answer, not the initial ones
  bool quorum = false;            ///< an operation that needs a majority of the members succeeded lately
  bool no_space = false;          ///< alarm NOSPACE: etcd refuses everything that writes
  bool corrupt = false;           ///< alarm CORRUPT: members' data differ
  std::int64_t revision = 0;      ///< the newest of the members
  std::int64_t revision_lag = 0;  ///< of the slowest reachable member behind it
  std::uint64_t size = 0;         ///< the largest of the members
  std::uint64_t size_in_use = 0;  ///< likewise
  std::uint64_t quota = 0;        ///< of the database's file
  bool quota_is_told = false;     ///< by the servers (from etcd 3.6); else it is the setting
};

inline constexpr std::string_view oldest_etcd = "3.5.14";

/// Whether etcd of that version is new enough: members of older ones may come to have different data (etcd issue
/// 14211). False for a text that is not a version.
bool is_new_enough(std::string_view version);

/// Sums up the members' answers, in the order of the endpoints. `quota_setting` counts if no server tells its quota.
EtcdHealth health_of(const std::vector<std::string>& endpoints, const std::vector<RpcOutcome<Status>>& answers,
                     std::uint64_t quota_setting);

}  // namespace tacit::store::etcd
