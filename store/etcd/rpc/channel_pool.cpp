#include "store/etcd/rpc/channel_pool.hpp"

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <utility>

namespace tacit::store::etcd {
namespace {

constexpr int largest_answer = 64 * 1024 * 1024;
constexpr int largest_request = 64 * 1024 * 1024;

grpc::ChannelArguments channel_arguments() {
  grpc::ChannelArguments arguments;
  // Repeating a write is the engine's decision.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // Not http_proxy of the environment, and no settings of a name server's.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // Channels with equal arguments would share connections: watches and calls have their own.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // etcd closes connections that are pinged more often than every 5 s, or without a call under way: a little more, so
  // that delays on the way do not bring two pings closer.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 5500);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2000);  // also the limit of one attempt to connect
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 1000);
  arguments.SetMaxReceiveMessageSize(largest_answer);
  arguments.SetMaxSendMessageSize(largest_request);
  return arguments;
}

std::shared_ptr<Connection> connect(const std::string& name, const std::shared_ptr<grpc::ChannelCredentials>& as) {
  auto connection = std::make_shared<Connection>();
  connection->channel = grpc::CreateCustomChannel("dns:///" + name, as, channel_arguments());
  connection->kv = etcdserverpb::KV::NewStub(connection->channel);
  connection->lease = etcdserverpb::Lease::NewStub(connection->channel);
  connection->maintenance = etcdserverpb::Maintenance::NewStub(connection->channel);
  connection->watch = etcdserverpb::Watch::NewStub(connection->channel);
  return connection;
}

}  // namespace

ChannelPool::ChannelPool(std::vector<std::string> endpoints, std::shared_ptr<TlsIdentity> identity)
    : identity_(std::move(identity)), choice_(endpoints.size()) {
  for (std::string& name : endpoints) slots_.push_back(Slot{.name = std::move(name)});
}

std::shared_ptr<Connection> ChannelPool::connection(std::size_t endpoint) {
  const TlsIdentity::Current identity = identity_->current();
  std::shared_ptr<Connection> replaced;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  Slot& slot = slots_[endpoint];
  const Clock::time_point now = Clock::now();
  const bool fails = slot.failing_since && now - *slot.failing_since >= renewed_after;
  if (!slot.connection || slot.generation != identity.generation || fails) {
    replaced = std::exchange(slot.connection, connect(slot.name, identity.credentials));
    slot.generation = identity.generation;
    if (fails) slot.failing_since = now;
  }
  return slot.connection;
}

void ChannelPool::answered(std::size_t endpoint) {
  choice_.answered(endpoint);
  const std::lock_guard lock(mutex_);
  slots_[endpoint].failing_since.reset();
}

void ChannelPool::failed(std::size_t endpoint) {
  const Clock::time_point now = Clock::now();
  choice_.failed(endpoint, now);
  const std::lock_guard lock(mutex_);
  if (!slots_[endpoint].failing_since) slots_[endpoint].failing_since = now;
}

}  // namespace tacit::store::etcd
