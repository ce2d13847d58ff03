// Renews a lease once. etcd has a stream for it; one request and one answer are sent on it.
#pragma once

#include <grpcpp/support/async_stream.h>

#include <chrono>
#include <cstdint>
#include <memory>

#include "store/etcd/rpc/call.hpp"

namespace tacit::store::etcd {

class KeepAliveCall final : public Call {
 public:
  KeepAliveCall(const CallSite& site, const CallRules& rules, std::int64_t lease,
                EtcdClient::Done<std::chrono::seconds> done);

 private:
  enum class Phase : std::uint8_t { starting, writing, reading, finishing };

  void send(Connection& connection, grpc::ClientContext& context) override;
  bool advance(bool ok) override;
  const grpc::Status& status() const override { return status_; }
  void succeed() override;
  void fail(RpcFailure why) override { done_(std::move(why)); }
  void finish();

  etcdserverpb::LeaseKeepAliveRequest request_;
  EtcdClient::Done<std::chrono::seconds> done_;
  Phase phase_ = Phase::starting;
  bool answered_ = false;
  etcdserverpb::LeaseKeepAliveResponse response_;
  grpc::Status status_;
  std::unique_ptr<
      grpc::ClientAsyncReaderWriter<etcdserverpb::LeaseKeepAliveRequest, etcdserverpb::LeaseKeepAliveResponse>>
      stream_;
};

}  // namespace tacit::store::etcd
