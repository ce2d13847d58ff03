// A look at an etcd cluster from a command: the status of each endpoint, with the alarms that it reports.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/config/config.hpp"
#include "store/engine/etcd_figures.hpp"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::server {

/// What one endpoint answered.
struct EndpointLook {
  std::string endpoint;
  std::optional<store::etcd::Status> status;
  std::string trouble{};  ///< why there is no status
};

struct EtcdLook {
  std::vector<EndpointLook> endpoints;
  std::string trouble{};  ///< why nothing could be asked; empty if something was

  /// Whether a member reports the alarm, NOSPACE or CORRUPT. Asking for alarms themselves would be an entry in etcd's
  /// log.
  bool has_alarm(std::string_view alarm) const;
};

/// The answer of a call that takes a callback. The client calls it by the call's deadline.
template <class T>
store::etcd::RpcOutcome<T> answer_of(const std::function<void(store::etcd::EtcdClient::Done<T>)>& call) {
  const auto answered = std::make_shared<std::promise<store::etcd::RpcOutcome<T>>>();
  auto answer = answered->get_future();
  call([answered](store::etcd::RpcOutcome<T> outcome) { answered->set_value(std::move(outcome)); });
  return answer.get();
}

/// Asks all endpoints, one after the other, each for at most `patience`. Starts the client's thread.
EtcdLook look_at_etcd(const store::EtcdConnection& connection, std::chrono::milliseconds patience);
EtcdLook look_at_etcd(store::etcd::EtcdClient& client, std::chrono::milliseconds patience);

/// The same as figures; counters of a process stay 0. `quota`: where etcd does not tell.
store::EtcdFigures figures_of(const EtcdLook& look, std::uint64_t quota);

}  // namespace tacit::server
