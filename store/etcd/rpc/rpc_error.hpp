// What a failed call means: whether it may be repeated at another endpoint, and what is told to the caller.
#pragma once

#include <string>
#include <string_view>

#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// gRPC's status codes, with the numbers of its specification (doc/statuscodes.md of the gRPC project).
enum class GrpcCode : int {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

enum class Repeat : bool {
  never,    ///< a write: a second one could be applied as well
  allowed,  ///< a read, or a change that may happen twice
};

struct RpcVerdict {
  RpcFailure failure;
  bool elsewhere = false;        ///< the call may be made at another endpoint
  bool endpoint_failed = false;  ///< the endpoint is avoided for some time
  bool behind = false;           ///< the member has not reached the revision asked for
};

/// Of a call that failed at that endpoint with gRPC's code and text. The texts are those of etcd's
/// api/v3rpc/rpctypes/error.go (3.5, 3.6). A failure that is not known to have come before the change is `in_doubt`.
RpcVerdict judge_failure(GrpcCode code, std::string_view text, Repeat repeat, const std::string& endpoint);

/// Of a connection that was not made in time: nothing was sent.
RpcFailure not_connected(const std::string& endpoint);

/// At most 200 bytes, without control bytes: for texts of a server, which are hostile.
std::string printable_text(std::string_view text);

}  // namespace tacit::store::etcd
