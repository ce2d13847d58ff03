// Connections to the endpoints of a cluster: one channel for each.
#pragma once

#include <grpcpp/channel.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/etcd/rpc/endpoint_choice.hpp"
#include "store/etcd/rpc/etcd.grpc.pb.h"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/etcd/rpc/tls_identity.hpp"

namespace tacit::store::etcd {

/// A channel and what makes calls on it. gRPC connects when the first call needs it, and again after a loss.
struct Connection {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<etcdserverpb::KV::Stub> kv;
  std::unique_ptr<etcdserverpb::Lease::Stub> lease;
  std::unique_ptr<etcdserverpb::Maintenance::Stub> maintenance;
  std::unique_ptr<etcdserverpb::Watch::Stub> watch;
};

/// Thread-safe.
class ChannelPool {
 public:
  /// A channel whose calls have all failed for this long is replaced: names and certificates may have changed.
  static constexpr std::chrono::seconds renewed_after{10};

  ChannelPool(std::vector<std::string> endpoints, std::shared_ptr<TlsIdentity> identity);

  /// The connection to that endpoint, made with the current identity. Calls keep theirs alive.
  std::shared_ptr<Connection> connection(std::size_t endpoint);
  void answered(std::size_t endpoint);
  void failed(std::size_t endpoint);

  const EndpointChoice& choice() const { return choice_; }
  const std::string& name(std::size_t endpoint) const { return slots_[endpoint].name; }
  std::size_t size() const { return slots_.size(); }

 private:
  struct Slot {
    std::string name;
    std::shared_ptr<Connection> connection{};
    std::uint64_t generation = 0;
    std::optional<Clock::time_point> failing_since{};
  };

  const std::shared_ptr<TlsIdentity> identity_;
  EndpointChoice choice_;
  std::mutex mutex_;
  std::vector<Slot> slots_;  ///< the names do not change
};

}  // namespace tacit::store::etcd
