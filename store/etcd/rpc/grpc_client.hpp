// EtcdClient over gRPC.
#pragma once

#include <grpcpp/alarm.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "store/etcd/rpc/call.hpp"
#include "store/etcd/rpc/channel_pool.hpp"
#include "store/etcd/rpc/completion_thread.hpp"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/etcd/rpc/tls_identity.hpp"
#include "store/etcd/rpc/work_in_flight.hpp"

namespace tacit::store::etcd {

class GrpcClient final : public EtcdClient {
 public:
  GrpcClient(EtcdConnection connection, std::shared_ptr<TlsIdentity> identity);
  /// Cancels what is under way and waits until its callbacks have run. Not on the completion thread.
  ~GrpcClient() override;

  void read(ReadTxn txn, Clock::time_point deadline, Done<ReadTxnResult> done) override;
  void write(WriteTxn txn, Clock::time_point deadline, Done<WriteTxnResult> done) override;
  void grant_lease(std::chrono::seconds ttl, Clock::time_point deadline, Done<std::int64_t> done) override;
  void keep_alive(std::int64_t lease, Clock::time_point deadline, Done<std::chrono::seconds> done) override;
  void revoke_lease(std::int64_t lease, Clock::time_point deadline, Done<std::monostate> done) override;
  void compact(std::int64_t revision, Clock::time_point deadline, Done<std::monostate> done) override;
  void status(std::size_t endpoint, Clock::time_point deadline, Done<Status> done) override;
  void alarms(Clock::time_point deadline, Done<Alarms> done) override;
  std::unique_ptr<Watch> watch(Range range, std::int64_t revision, WatchHandlers handlers) override;

  const EtcdConnection& connection() const override { return connection_; }
  std::string current_endpoint() const override;

 private:
  /// The end of the client, on the completion thread, where all calls are.
  struct CancelAll final : Step {
    explicit CancelAll(WorkInFlight& works) : in_flight(works) {}
    void step(bool /*ok*/) override { in_flight.cancel_all(); }
    WorkInFlight& in_flight;
  };

  CallSite calls() { return {completions_, in_flight_, channels_, connection_.attempt}; }
  CallSite watches() { return {completions_, in_flight_, watch_channels_, connection_.attempt}; }
  template <class Request, class Response, class Method, class Answer>
  void call(const CallRules& rules, Method method, Request request, Answer answer,
            void (*if_behind)(Request&) = nullptr);

  const EtcdConnection connection_;
  ChannelPool channels_;
  ChannelPool watch_channels_;
  WorkInFlight in_flight_;
  CancelAll cancel_all_{in_flight_};
  grpc::Alarm end_;
  CompletionThread completions_;  ///< ends first: it uses all of the above
};

}  // namespace tacit::store::etcd
