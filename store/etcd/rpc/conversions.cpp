#include "store/etcd/rpc/conversions.hpp"

#include <algorithm>
#include <utility>

#include "store/etcd/rpc/rpc_error.hpp"

namespace tacit::store::etcd {
namespace {

std::string to_string(const Bytes& bytes) { return std::string(crypto::as_text(bytes)); }

Bytes to_bytes(const std::string& text) {
  const ByteView bytes = crypto::as_bytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

std::uint64_t not_negative(std::int64_t number) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
}

void add_compare(etcdserverpb::TxnRequest& request, const Compare& compare) {
  etcdserverpb::Compare& added = *request.add_compare();
  const bool equal = compare.target == Compare::Target::revision_equal;
  added.set_result(equal ? etcdserverpb::Compare::EQUAL : etcdserverpb::Compare::LESS);
  added.set_target(etcdserverpb::Compare::MOD);
  added.set_key(to_string(compare.key));
  if (!compare.end.empty()) added.set_range_end(to_string(compare.end));
  added.set_mod_revision(compare.number);
}

void add_change(etcdserverpb::TxnRequest& request, const Change& change) {
  etcdserverpb::RequestOp& added = *request.add_success();
  if (const Put* put = std::get_if<Put>(&change)) {
    etcdserverpb::PutRequest& made = *added.mutable_request_put();
    made.set_key(to_string(put->key));
    made.set_value(to_string(put->value));
    made.set_lease(put->lease);
    return;
  }
  const Delete& removal = std::get<Delete>(change);
  etcdserverpb::DeleteRangeRequest& made = *added.mutable_request_delete_range();
  made.set_key(to_string(removal.key));
  if (!removal.end.empty()) made.set_range_end(to_string(removal.end));
}

KeyValue to_key_value(const etcdserverpb::KeyValue& row) {
  KeyValue made;
  made.key = to_bytes(row.key());
  made.value = to_bytes(row.value());
  made.mod_revision = row.mod_revision();
  made.create_revision = row.create_revision();
  made.lease = row.lease();
  return made;
}

RangeResult to_range_result(const etcdserverpb::RangeResponse& response) {
  RangeResult result;
  result.more = response.more();
  result.rows.reserve(static_cast<std::size_t>(response.kvs_size()));
  for (const etcdserverpb::KeyValue& row : response.kvs()) result.rows.push_back(to_key_value(row));
  return result;
}

}  // namespace

etcdserverpb::TxnRequest to_request(ReadTxn&& txn) {
  etcdserverpb::TxnRequest request;
  for (const Range& range : txn.ranges) {
    etcdserverpb::RangeRequest& made = *request.add_success()->mutable_request_range();
    made.set_key(to_string(range.key));
    if (!range.end.empty()) made.set_range_end(to_string(range.end));
    made.set_limit(range.limit);
    made.set_keys_only(range.keys_only);
    made.set_revision(txn.revision);
    made.set_serializable(txn.revision != 0);
  }
  return request;
}

void read_through_leader(etcdserverpb::TxnRequest& request) {
  for (etcdserverpb::RequestOp& operation : *request.mutable_success()) {
    if (operation.has_request_range()) operation.mutable_request_range()->set_serializable(false);
  }
}

etcdserverpb::TxnRequest to_request(WriteTxn&& txn) {
  etcdserverpb::TxnRequest request;
  for (const Compare& compare : txn.compares) add_compare(request, compare);
  for (const Change& change : txn.changes) add_change(request, change);
  return request;
}

etcdserverpb::WatchRequest to_request(const Range& range, std::int64_t revision, bool wants_previous) {
  etcdserverpb::WatchRequest request;
  etcdserverpb::WatchCreateRequest& made = *request.mutable_create_request();
  made.set_key(to_string(range.key));
  if (!range.end.empty()) made.set_range_end(to_string(range.end));
  made.set_start_revision(revision);
  made.set_fragment(true);
  made.set_prev_kv(wants_previous);
  return request;
}

RpcOutcome<ReadTxnResult> to_read_result(etcdserverpb::TxnResponse&& response, std::size_t asked,
                                         std::int64_t revision) {
  const bool fits = response.header().revision() > 0 && static_cast<std::size_t>(response.responses_size()) == asked &&
                    std::all_of(response.responses().begin(), response.responses().end(),
                                [](const etcdserverpb::ResponseOp& answer) { return answer.has_response_range(); });
  if (!fits) {
    RpcFailure failure;
    failure.code = RpcErrc::invalid;
    failure.text = "the answer does not have the ranges that were asked for";
    return failure;
  }
  ReadTxnResult result;
  result.revision = revision != 0 ? revision : response.header().revision();
  for (const etcdserverpb::ResponseOp& answer : response.responses()) {
    result.ranges.push_back(to_range_result(answer.response_range()));
  }
  return result;
}

WriteTxnResult to_write_result(const etcdserverpb::TxnResponse& response) {
  return WriteTxnResult{.applied = response.succeeded(), .revision = response.header().revision()};
}

Status to_status(const etcdserverpb::StatusResponse& response, std::string endpoint) {
  Status status;
  status.endpoint = std::move(endpoint);
  status.version = printable_text(response.version());
  status.member = response.header().member_id();
  status.leader = response.leader();
  status.revision = response.header().revision();
  status.raft_index = response.raftindex();
  status.raft_applied_index = response.raftappliedindex();
  status.size = not_negative(response.dbsize());
  status.size_in_use = not_negative(response.dbsizeinuse());
  status.quota = not_negative(response.dbsizequota());
  status.is_learner = response.islearner();
  for (const std::string& error : response.errors()) status.errors.push_back(printable_text(error));
  return status;
}

Alarms to_alarms(const etcdserverpb::AlarmResponse& response) {
  Alarms alarms;
  for (const etcdserverpb::AlarmMember& alarm : response.alarms()) {
    if (alarm.alarm() == etcdserverpb::NOSPACE) alarms.no_space = true;
    if (alarm.alarm() == etcdserverpb::CORRUPT) alarms.corrupt = true;
  }
  return alarms;
}

WatchEvent to_event(etcdserverpb::Event&& event) {
  WatchEvent made;
  made.key = to_bytes(event.kv().key());
  if (event.type() == etcdserverpb::Event::PUT) made.value = to_bytes(event.kv().value());
  made.mod_revision = event.kv().mod_revision();
  made.create_revision = event.kv().create_revision();
  if (event.has_prev_kv()) made.previous = to_key_value(event.prev_kv());
  return made;
}

}  // namespace tacit::store::etcd
