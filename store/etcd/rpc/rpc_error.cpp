#include "store/etcd/rpc/rpc_error.hpp"

#include <array>
#include <cstddef>

namespace tacit::store::etcd {
namespace {

constexpr std::size_t longest_text = 200;

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// An answer of etcd's that says for certain that nothing was changed.
struct ServerAnswer {
  std::string_view text;
  RpcErrc code;
  bool elsewhere;
  bool endpoint_failed = false;
  bool behind = false;
};

constexpr std::array<ServerAnswer, 16> server_answers{{
    {"required revision has been compacted", RpcErrc::compacted, false},
    {"required revision is a future revision", RpcErrc::unreachable, true, false, true},
    {"database space exceeded", RpcErrc::no_room, false},
    {"too many operations in txn", RpcErrc::too_large, false},
    {"request is too large", RpcErrc::too_large, false},
    {"requested lease not found", RpcErrc::lease_gone, false},
    {"corrupt cluster", RpcErrc::corrupt, false},
    {"permission denied", RpcErrc::refused, false},
    {"authentication failed", RpcErrc::refused, false},
    {"invalid auth token", RpcErrc::refused, false},
    {"user name is empty", RpcErrc::refused, false},
    {"user name not found", RpcErrc::refused, false},
    {"role is not granted", RpcErrc::refused, false},
    // Roles were changed while the request was under way; etcd compares before it applies.
    {"revision of auth store is old", RpcErrc::unreachable, true},
    // Refused before they are proposed to the other members.
    {"rpc not supported for learner", RpcErrc::unreachable, true, true},
    {"too many requests", RpcErrc::unreachable, true, true},
}};

const ServerAnswer* find_server_answer(std::string_view text) {
  for (const ServerAnswer& answer : server_answers) {
    if (has(text, answer.text)) return &answer;
  }
  return nullptr;
}

bool is_handshake_failure(std::string_view text) {
  return has(text, "andshake failed") || has(text, "certificate") || has(text, "CERTIFICATE") || has(text, "SSL_ERROR");
}

/// gRPC's own texts are replaced: they name its parts, not what an operator can look for.
std::string reason_of(GrpcCode code, std::string_view text) {
  if (has(text, "etcdserver:")) return printable_text(text);
  if (code == GrpcCode::deadline_exceeded) return "did not answer in time";
  if (code == GrpcCode::cancelled) return "the call was cancelled";
  if (is_handshake_failure(text)) {
    return "the TLS handshake failed: see whether the certificates are valid, signed by the expected authority, and "
           "name"
           " the endpoint";
  }
  if (has(text, "Connection refused")) return "refuses connections";
  if (has(text, "DNS resolution failed") || has(text, "ame resolution")) return "the name cannot be resolved";
  if (has(text, "larger than max")) return "the message is larger than is allowed";
  if (code == GrpcCode::unavailable) return "the connection failed or was lost";
  if (code == GrpcCode::unimplemented) return "does not know the request: is this etcd 3.5.14 or later?";
  return "gRPC status " + std::to_string(static_cast<int>(code)) + ": " + printable_text(text);
}

/// Without an answer that is known by its text.
RpcErrc code_of(GrpcCode code) {
  switch (code) {
    case GrpcCode::permission_denied:
    case GrpcCode::unauthenticated:
      return RpcErrc::refused;
    case GrpcCode::data_loss:
      return RpcErrc::corrupt;
    case GrpcCode::resource_exhausted:
      return RpcErrc::too_large;
    case GrpcCode::ok:
    case GrpcCode::cancelled:
    case GrpcCode::unknown:
    case GrpcCode::deadline_exceeded:
    case GrpcCode::aborted:
    case GrpcCode::internal:
    case GrpcCode::unavailable:
      return RpcErrc::unreachable;
    default:
      return RpcErrc::invalid;
  }
}

}  // namespace

std::string printable_text(std::string_view text) {
  std::string printable(text.substr(0, longest_text));
  for (char& c : printable) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) c = '?';
  }
  return printable;
}

RpcVerdict judge_failure(GrpcCode code, std::string_view text, Repeat repeat, const std::string& endpoint) {
  RpcVerdict verdict;
  verdict.failure.text = endpoint + ": " + reason_of(code, text);
  if (has(text, "etcdserver:")) {
    if (const ServerAnswer* answer = find_server_answer(text)) {
      verdict.failure.code = answer->code;
      verdict.elsewhere = answer->elsewhere;
      verdict.endpoint_failed = answer->endpoint_failed;
      verdict.behind = answer->behind;
      return verdict;
    }
  }
  verdict.failure.code = code_of(code);
  // This side's limit: the request was sent. (The server's own limit, and this side's for requests, are worded
  // otherwise.)
  if (code == GrpcCode::resource_exhausted && repeat == Repeat::never && has(text, "Received message larger")) {
    verdict.failure.code = RpcErrc::in_doubt;
    return verdict;
  }
  // Only the member that led before says so.
  if (has(text, "etcdserver: not leader")) verdict.failure.code = RpcErrc::unreachable;
  if (verdict.failure.code != RpcErrc::unreachable) return verdict;
  verdict.endpoint_failed = true;
  if (repeat == Repeat::never) {
    verdict.failure.code = RpcErrc::in_doubt;
    return verdict;
  }
  verdict.elsewhere = true;
  if (is_handshake_failure(text)) verdict.failure.code = RpcErrc::refused;
  return verdict;
}

RpcFailure not_connected(const std::string& endpoint) {
  RpcFailure failure;
  failure.text = endpoint + ": no connection could be made";
  return failure;
}

}  // namespace tacit::store::etcd
