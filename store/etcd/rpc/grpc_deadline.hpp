// Deadlines in gRPC's form, on the clock that is not set.
#pragma once

#include <grpc/support/time.h>

#include <chrono>

#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

inline gpr_timespec grpc_deadline(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - Clock::now());
  return ::gpr_time_add(::gpr_now(GPR_CLOCK_MONOTONIC), ::gpr_time_from_nanos(left.count(), GPR_TIMESPAN));
}

}  // namespace tacit::store::etcd
