#include "store/etcd/rpc/grpc_setup.hpp"

#include <grpcpp/version_info.h>

// From 1.65 on gRPC logs through Abseil.
#if GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR < 65
#define TACIT_GRPC_HAS_ITS_OWN_LOG 1
#include <grpc/support/log.h>
#else
#include <absl/base/log_severity.h>
#include <absl/log/globals.h>
#endif

#include <cstdlib>
#include <mutex>

namespace tacit::store::etcd {
namespace {

void silence_log() {
#ifdef TACIT_GRPC_HAS_ITS_OWN_LOG
  ::gpr_set_log_function([](gpr_log_func_args*) {});
#else
  absl::SetStderrThreshold(absl::LogSeverityAtLeast::kInfinity);
  absl::SetMinLogLevel(absl::LogSeverityAtLeast::kInfinity);
#endif
}

}  // namespace

void set_up_grpc() {
  static std::once_flag once;
  std::call_once(once, [] {
    constexpr int keep_what_is_set = 0;
    ::setenv("GRPC_ENABLE_FORK_SUPPORT", "0", keep_what_is_set);
    silence_log();
  });
}

}  // namespace tacit::store::etcd
