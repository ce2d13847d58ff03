// Which endpoint a call goes to: the one that answered last, and not one that failed some seconds ago.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// Thread-safe.
class EndpointChoice {
 public:
  /// How long an endpoint that failed is avoided while another one is left to try.
  static constexpr std::chrono::seconds avoided_for{5};

  explicit EndpointChoice(std::size_t endpoints) : avoided_until_(endpoints) {}

  /// The best of those that are not in `tried` (one flag for each endpoint); std::nullopt if all are.
  std::optional<std::size_t> next(const std::vector<bool>& tried, Clock::time_point now) const;
  void answered(std::size_t endpoint);
  void failed(std::size_t endpoint, Clock::time_point now);
  /// The endpoint of the next call.
  std::size_t current(Clock::time_point now) const;
  std::size_t size() const { return avoided_until_.size(); }

 private:
  std::optional<std::size_t> best(const std::vector<bool>& tried, Clock::time_point now) const;

  mutable std::mutex mutex_;
  std::size_t good_ = 0;
  std::vector<Clock::time_point> avoided_until_;
};

}  // namespace tacit::store::etcd
