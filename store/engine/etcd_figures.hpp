// What an engine on etcd tells operators: the state of the cluster, and this process's work on it. Plain numbers and
// texts, so that metrics and status need no type of etcd's client.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tacit::store {

/// As of the engine's last look, which is normally at most a second old. Counters count since this process opened the
/// store.
struct EtcdFigures {
  struct Member {
    std::string endpoint;  ///< host:port, as configured
    std::string version;   ///< empty while it does not answer
    bool reachable = false;
    bool is_leader = false;
    bool is_learner = false;
    std::uint64_t size = 0;         ///< bytes of the database file
    std::uint64_t size_in_use = 0;  ///< of these, not free
    bool operator==(const Member&) const = default;
  };

  std::string name;                ///< of the store
  bool has_quorum = false;         ///< an endpoint answers and knows a leader
  std::string leader{};            ///< the endpoint of the leader; empty if it is not known, or not among the endpoints
  std::vector<Member> members;     ///< one for each endpoint
  std::uint64_t revision = 0;      ///< the newest that any member reports
  std::uint64_t revision_lag = 0;  ///< of the slowest member that answers: revisions behind the newest
  std::chrono::milliseconds watch_lag{};  ///< age of the state that the watch has confirmed
  std::uint64_t compacted_revision = 0;   ///< older revisions are gone; 0: not known
  std::string slot{};                     ///< of the audit log, "api-1"; empty: none is held

  std::uint64_t commits = 0;              ///< transactions that were applied
  std::uint64_t conflicts = 0;            ///< that were not, because another process had changed what they read
  std::uint64_t in_doubt = 0;             ///< whose outcome was not known at first
  std::uint64_t settled_applied = 0;      ///< of these: found to have been applied
  std::uint64_t settled_not_applied = 0;  ///< found not to have been applied
  std::uint64_t rounds = 0;               ///< reads of etcd
  std::uint64_t cache_hits = 0;
  std::uint64_t cache_misses = 0;

  // Of the database of the member in use. Bytes.
  std::uint64_t database_bytes = 0;
  std::uint64_t database_in_use_bytes = 0;
  std::uint64_t database_quota_bytes = 0;
  bool no_space = false;  ///< alarm NOSPACE
  bool corrupt = false;   ///< alarm CORRUPT
};

}  // namespace tacit::store
