// What check-config asks a cluster of etcd: whether it can be reached, its versions, its leader, the limits that the
// settings repeat, and what the roles of the identity permit. Nothing is written: the transactions that it sends
// compare a row with a revision that no row has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/config/config.hpp"
#include "server/wiring/etcd_look.hpp"
#include "store/model/audit_slot.hpp"

namespace tacit::server {

/// Sentences: a server does not start, or would lose data; and what most operators do not want.
struct EtcdFindings {
  std::vector<std::string> problems;
  std::vector<std::string> notes;
};

/// Before 3.5.14 the data of members could drift apart (etcd issue 14211), so such servers are refused. Also true for a
/// text that is no version.
bool is_too_old(std::string_view version);

/// Judges reach, versions, leader, alarms and quota.
void judge_look(const EtcdLook& look, const Config& config, EtcdFindings& findings);

/// A change that the identity should be able to make, or should not.
struct RoleProbe {
  std::string what;  ///< for operators
  store::etcd::Change change;
  bool permitted = true;
};
/// `owner`: whose identity it is; `both_planes`: of a server of both planes, which may write what either may.
std::vector<RoleProbe> role_probes(std::string_view store_name, store::SlotOwner owner, bool both_planes);

/// Tries them. A refused change that should be possible is a problem; a possible one that should not be, a note.
void check_roles(store::etcd::EtcdClient& client, std::string_view store_name, const std::vector<RoleProbe>& probes,
                 EtcdFindings& findings);

/// Whether the server takes a transaction of etcd-max-txn-ops operations. The client has one endpoint.
void check_txn_ops(store::etcd::EtcdClient& client, std::string_view store_name, std::size_t operations,
                   EtcdFindings& findings);

/// All of these, with the server's identity. `config`: of a store in etcd, whose identity's files have no fault.
EtcdFindings check_etcd(const Config& config);

}  // namespace tacit::server
