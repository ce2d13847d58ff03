#include "store/etcd/rpc/grpc_client.hpp"

#include <utility>

#include "store/etcd/rpc/conversions.hpp"
#include "store/etcd/rpc/grpc_deadline.hpp"
#include "store/etcd/rpc/grpc_setup.hpp"
#include "store/etcd/rpc/keep_alive_call.hpp"
#include "store/etcd/rpc/unary_call.hpp"
#include "store/etcd/rpc/watch_stream.hpp"

namespace tacit::store::etcd {
namespace {

using etcdserverpb::AlarmRequest;
using etcdserverpb::AlarmResponse;
using etcdserverpb::CompactionRequest;
using etcdserverpb::CompactionResponse;
using etcdserverpb::LeaseGrantRequest;
using etcdserverpb::LeaseGrantResponse;
using etcdserverpb::LeaseRevokeRequest;
using etcdserverpb::LeaseRevokeResponse;
using etcdserverpb::StatusRequest;
using etcdserverpb::StatusResponse;
using etcdserverpb::TxnRequest;
using etcdserverpb::TxnResponse;

RpcFailure invalid(std::string text) {
  RpcFailure failure;
  failure.code = RpcErrc::invalid;
  failure.text = std::move(text);
  return failure;
}

/// host:port, the host a name, an IPv4 address or an IPv6 address in brackets.
bool is_endpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size() || text.size() > 300) return false;
  if (text.find_first_not_of("0123456789", colon + 1) != std::string::npos || text.size() - colon > 6) return false;
  return text.find_first_of("/ \t\r\n,@") == std::string::npos;
}

}  // namespace

RpcOutcome<std::shared_ptr<EtcdClient>> EtcdClient::create(EtcdConnection connection) {
  if (connection.endpoints.empty()) return invalid("no endpoint of etcd is given");
  for (const std::string& endpoint : connection.endpoints) {
    if (!is_endpoint(endpoint)) return invalid(printable_text(endpoint) + ": an endpoint of etcd is HOST:PORT");
  }
  set_up_grpc();
  auto identity = TlsIdentity::load(connection);
  if (!identity) return identity.error();
  return std::shared_ptr<EtcdClient>(std::make_shared<GrpcClient>(std::move(connection), std::move(*identity)));
}

GrpcClient::GrpcClient(EtcdConnection connection, std::shared_ptr<TlsIdentity> identity)
    : connection_(std::move(connection)),
      channels_(connection_.endpoints, identity),
      watch_channels_(connection_.endpoints, identity) {}

GrpcClient::~GrpcClient() {
  in_flight_.stop();
  end_.Set(&completions_.queue(), grpc_deadline(Clock::now()), tag_of(cancel_all_));
  in_flight_.wait_until_empty();
}

template <class Request, class Response, class Method, class Answer>
void GrpcClient::call(const CallRules& rules, Method method, Request request, Answer answer,
                      void (*if_behind)(Request&)) {
  using Made = UnaryCall<Request, Response>;
  std::make_shared<Made>(calls(), rules, method, std::move(request), std::move(answer), if_behind)->start();
}

void GrpcClient::read(ReadTxn txn, Clock::time_point deadline, Done<ReadTxnResult> done) {
  const std::size_t asked = txn.ranges.size();
  const std::int64_t revision = txn.revision;
  auto method = [](Connection& to, grpc::ClientContext* context, const TxnRequest& request,
                   grpc::CompletionQueue* queue) { return to.kv->PrepareAsyncTxn(context, request, queue); };
  auto answer = [asked, revision, done = std::move(done)](RpcOutcome<TxnResponse> response, const std::string& from) {
    if (!response) return done(response.error());
    auto result = to_read_result(std::move(*response), asked, revision);
    if (!result) result.error().text = from + ": " + result.error().text;
    done(std::move(result));
  };
  call<TxnRequest, TxnResponse>(CallRules{.deadline = deadline}, method, to_request(std::move(txn)), std::move(answer),
                                read_through_leader);
}

void GrpcClient::write(WriteTxn txn, Clock::time_point deadline, Done<WriteTxnResult> done) {
  auto method = [](Connection& to, grpc::ClientContext* context, const TxnRequest& request,
                   grpc::CompletionQueue* queue) { return to.kv->PrepareAsyncTxn(context, request, queue); };
  auto answer = [done = std::move(done)](RpcOutcome<TxnResponse> response, const std::string&) {
    if (!response) return done(response.error());
    done(to_write_result(*response));
  };
  call<TxnRequest, TxnResponse>(CallRules{.deadline = deadline, .repeat = Repeat::never}, method,
                                to_request(std::move(txn)), std::move(answer));
}

/// A repeated grant leaves a lease that nothing is attached to, until it expires.
void GrpcClient::grant_lease(std::chrono::seconds ttl, Clock::time_point deadline, Done<std::int64_t> done) {
  LeaseGrantRequest request;
  request.set_ttl(ttl.count());
  auto method = [](Connection& to, grpc::ClientContext* context, const LeaseGrantRequest& asked,
                   grpc::CompletionQueue* queue) { return to.lease->PrepareAsyncLeaseGrant(context, asked, queue); };
  auto answer = [done = std::move(done)](RpcOutcome<LeaseGrantResponse> response, const std::string& from) {
    if (!response) return done(response.error());
    if (!response->error().empty()) return done(invalid(from + ": " + printable_text(response->error())));
    done(response->id());
  };
  call<LeaseGrantRequest, LeaseGrantResponse>(CallRules{.deadline = deadline}, method, request, std::move(answer));
}

void GrpcClient::keep_alive(std::int64_t lease, Clock::time_point deadline, Done<std::chrono::seconds> done) {
  std::make_shared<KeepAliveCall>(calls(), CallRules{.deadline = deadline}, lease, std::move(done))->start();
}

void GrpcClient::revoke_lease(std::int64_t lease, Clock::time_point deadline, Done<std::monostate> done) {
  LeaseRevokeRequest request;
  request.set_id(lease);
  auto method = [](Connection& to, grpc::ClientContext* context, const LeaseRevokeRequest& asked,
                   grpc::CompletionQueue* queue) { return to.lease->PrepareAsyncLeaseRevoke(context, asked, queue); };
  auto answer = [done = std::move(done)](RpcOutcome<LeaseRevokeResponse> response, const std::string&) {
    if (!response) return done(response.error());
    done(std::monostate{});
  };
  call<LeaseRevokeRequest, LeaseRevokeResponse>(CallRules{.deadline = deadline}, method, request, std::move(answer));
}

void GrpcClient::compact(std::int64_t revision, Clock::time_point deadline, Done<std::monostate> done) {
  CompactionRequest request;
  request.set_revision(revision);
  auto method = [](Connection& to, grpc::ClientContext* context, const CompactionRequest& asked,
                   grpc::CompletionQueue* queue) { return to.kv->PrepareAsyncCompact(context, asked, queue); };
  auto answer = [done = std::move(done)](RpcOutcome<CompactionResponse> response, const std::string&) {
    if (!response) return done(response.error());
    done(std::monostate{});
  };
  call<CompactionRequest, CompactionResponse>(CallRules{.deadline = deadline}, method, request, std::move(answer));
}

void GrpcClient::status(std::size_t endpoint, Clock::time_point deadline, Done<Status> done) {
  // An endpoint that does not exist is asked of the first one in vain: the answer has to come from the client's thread.
  const bool exists = endpoint < connection_.endpoints.size();
  auto method = [](Connection& to, grpc::ClientContext* context, const StatusRequest& asked,
                   grpc::CompletionQueue* queue) { return to.maintenance->PrepareAsyncStatus(context, asked, queue); };
  auto answer = [exists, done = std::move(done)](RpcOutcome<StatusResponse> response, const std::string& from) {
    if (!exists) return done(invalid("the connection has no endpoint of that number"));
    if (!response) return done(response.error());
    done(to_status(*response, from));
  };
  const CallRules rules{.deadline = exists ? deadline : Clock::time_point(), .only_endpoint = exists ? endpoint : 0};
  call<StatusRequest, StatusResponse>(rules, method, StatusRequest(), std::move(answer));
}

void GrpcClient::alarms(Clock::time_point deadline, Done<Alarms> done) {
  AlarmRequest request;
  request.set_action(AlarmRequest::GET);
  auto method = [](Connection& to, grpc::ClientContext* context, const AlarmRequest& asked,
                   grpc::CompletionQueue* queue) { return to.maintenance->PrepareAsyncAlarm(context, asked, queue); };
  auto answer = [done = std::move(done)](RpcOutcome<AlarmResponse> response, const std::string&) {
    if (!response) return done(response.error());
    done(to_alarms(*response));
  };
  call<AlarmRequest, AlarmResponse>(CallRules{.deadline = deadline}, method, request, std::move(answer));
}

std::unique_ptr<Watch> GrpcClient::watch(Range range, std::int64_t revision, WatchHandlers handlers) {
  auto stream = std::make_shared<WatchStream>(watches(), range, revision, std::move(handlers));
  auto handle = std::make_unique<WatchHandle>(stream);
  stream->start();
  return handle;
}

std::string GrpcClient::current_endpoint() const { return channels_.name(channels_.choice().current(Clock::now())); }

}  // namespace tacit::store::etcd
