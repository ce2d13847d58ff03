#include "store/etcd/rpc/keep_alive_call.hpp"

#include <utility>

namespace tacit::store::etcd {

KeepAliveCall::KeepAliveCall(const CallSite& site, const CallRules& rules, std::int64_t lease,
                             EtcdClient::Done<std::chrono::seconds> done)
    : Call(site, rules), done_(std::move(done)) {
  request_.set_id(lease);
}

void KeepAliveCall::send(Connection& connection, grpc::ClientContext& context) {
  phase_ = Phase::starting;
  answered_ = false;
  response_ = {};
  status_ = {};
  stream_ = connection.lease->PrepareAsyncLeaseKeepAlive(&context, &site().completions.queue());
  stream_->StartCall(tag_of(*this));
}

void KeepAliveCall::finish() {
  phase_ = Phase::finishing;
  // After the answer nothing is expected of the stream; else gRPC's status says why there is none.
  if (answered_) context().TryCancel();
  stream_->Finish(&status_, tag_of(*this));
}

bool KeepAliveCall::advance(bool ok) {
  switch (phase_) {
    case Phase::starting:
      if (!ok) break;
      phase_ = Phase::writing;
      stream_->Write(request_, tag_of(*this));
      return false;
    case Phase::writing:
      if (!ok) break;
      phase_ = Phase::reading;
      stream_->Read(&response_, tag_of(*this));
      return false;
    case Phase::reading:
      answered_ = ok;
      break;
    case Phase::finishing:
      if (answered_)
        status_ = grpc::Status::OK;
      else if (status_.ok())
        status_ = grpc::Status(grpc::StatusCode::UNAVAILABLE, "the stream ended without an answer");
      return true;
  }
  finish();
  return false;
}

void KeepAliveCall::succeed() {
  if (response_.ttl() > 0) return done_(std::chrono::seconds(response_.ttl()));
  RpcFailure gone;
  gone.code = RpcErrc::lease_gone;
  gone.text = endpoint_name() + ": the lease has expired";
  done_(std::move(gone));
}

}  // namespace tacit::store::etcd
