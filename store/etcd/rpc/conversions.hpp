// Between the client's types and etcd's messages. Answers are hostile: one that does not fit its request is an error.
#pragma once

#include "store/etcd/rpc/etcd.pb.h"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

etcdserverpb::TxnRequest to_request(ReadTxn&& txn);
/// A pinned read asks one member, because a revision's rows do not change. If that member has not reached the revision,
/// this makes the next one ask the leader first.
void read_through_leader(etcdserverpb::TxnRequest& request);
etcdserverpb::TxnRequest to_request(WriteTxn&& txn);
etcdserverpb::WatchRequest to_request(const Range& range, std::int64_t revision, bool wants_previous);

/// `asked`: the number of ranges; `revision`: at which they were asked, 0 for the newest.
RpcOutcome<ReadTxnResult> to_read_result(etcdserverpb::TxnResponse&& response, std::size_t asked,
                                         std::int64_t revision);
WriteTxnResult to_write_result(const etcdserverpb::TxnResponse& response);
Status to_status(const etcdserverpb::StatusResponse& response, std::string endpoint);
Alarms to_alarms(const etcdserverpb::AlarmResponse& response);
WatchEvent to_event(etcdserverpb::Event&& event);

}  // namespace tacit::store::etcd
