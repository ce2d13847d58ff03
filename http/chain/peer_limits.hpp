// The limits that a server sets its peers over a connection's life.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tacit::http {

/// Connections that a plane may have open at once.
inline constexpr std::size_t default_max_connections = 16384;
/// Requests of one connection.
inline constexpr std::uint64_t default_max_requests = 1'000'000;

/// 0: no limit.
struct LifetimeLimits {
  std::chrono::seconds age{0};
  std::uint64_t requests = 0;
};

struct PeerLimits {
  LifetimeLimits api{std::chrono::hours(1), default_max_requests};  ///< also for the admin plane
  LifetimeLimits tools{std::chrono::minutes(15), default_max_requests};
  /// Bytes of an answer that a client has to take in a second, on average over the write time-out.
  std::size_t write_rate = 1024;
  /// Bytes that the process may use for buffers of requests and answers.
  std::size_t buffer_memory = std::size_t{256} << 20;
};

}  // namespace tacit::http
