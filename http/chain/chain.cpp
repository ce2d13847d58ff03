#include "http/chain/chain.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <span>
#include <utility>

#include "crypto/memory/wiped.hpp"
#include "crypto/primitives/digest.hpp"
#include "http/api/routes.hpp"
#include "http/chain/body_encoding.hpp"
#include "http/chain/cors.hpp"
#include "http/chain/needed_credential.hpp"
#include "http/chain/rate_limits.hpp"
#include "http/chain/request_terms.hpp"
#include "http/json/limits.hpp"
#include "http/log/log.hpp"
#include "http/wire/target.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;

// A step lets a request pass, or returns the problem to answer.

std::optional<Problem> find_route(Exchange& exchange, ThreadState&) {
  RouteMatch found = match(routes_of(exchange.plane), exchange.head);
  exchange.route = found.route;
  exchange.path_id = found.path_id;
  exchange.path_number = found.path_number;
  if (found.route != nullptr) return std::nullopt;
  exchange.note = found.fault;
  if (!found.allow.empty()) exchange.response.headers += "Allow: " + found.allow + "\r\n";
  return found.problem;
}

/// The memory that the request's body takes, and its answer, or a piece of it. A body that is too large is not read.
std::uint64_t needed_memory(const Exchange& exchange) {
  const std::uint64_t most = std::max(body_limit_of(exchange), limits::ignored_body);
  return (exchange.head.content_length > most ? 0 : exchange.head.content_length) + body_piece_size;
}

/// Monitors are always answered.
std::optional<Problem> check_memory(Exchange& exchange, ThreadState& thread) {
  if (exchange.plane == Plane::admin || is_probe(exchange.route)) return std::nullopt;
  const auto share = exchange.plane == Plane::tools ? BufferShare::tools : BufferShare::api;
  return thread.buffers.lacks(needed_memory(exchange), share) ? std::optional(Problem::memory_short) : std::nullopt;
}

std::optional<Problem> check_tenant_memory(Exchange& exchange, ThreadState& thread) {
  const bool lacks = lacks_tenant_memory(exchange, thread, needed_memory(exchange));
  return lacks ? std::optional(Problem::memory_short) : std::nullopt;
}

/// Every invalid credential gets the same answer. Failures of the store or an issuer get others, so that clients keep
/// their credentials.
Problem problem_of(auth::Refusal refusal) {
  if (refusal == auth::Refusal::unavailable) return Problem::store_unavailable;
  if (refusal == auth::Refusal::issuer_unreachable) return Problem::issuer_unreachable;
  if (refusal == auth::Refusal::altered) return Problem::integrity;
  if (refusal == auth::Refusal::too_large) return Problem::token_too_large;
  return Problem::credential_invalid;
}

Problem problem_of_none(Exchange& exchange) {
  if (exchange.plane == Plane::api) return Problem::credential_missing;
  exchange.note = "missing";
  return Problem::user_token_missing;
}

Presented present(const Exchange& exchange, const ThreadState& thread, const auth::Credential& credential) {
  const crypto::Digest digest = auth::credential_digest(credential.text);
  return {credential, digest, guessing_wait(exchange, thread, digest, std::chrono::steady_clock::now())};
}

std::optional<Problem> take_verdict(Exchange& exchange, ThreadState& thread, const Presented& presented,
                                    auth::Authenticator::Verdict verdict) {
  const auto now = std::chrono::steady_clock::now();
  if (verdict) {
    thread.server.good_credentials.remember(presented.digest, now);
    exchange.principal = std::move(*verdict);
    return std::nullopt;
  }
  const auth::Refusal refusal = verdict.error();
  if (refusal == auth::Refusal::too_large) log_large_token(exchange, thread, presented.credential.text.size(), now);
  if (!auth::is_no_verdict(refusal)) {
    if (const auto problem = limit_refusals(exchange, thread, presented, refusal, now)) return problem;
  }
  thread.counters.of(exchange.plane).refusals[static_cast<std::size_t>(refusal)].add();
  exchange.note = auth::to_string(refusal);
  return problem_of(refusal);
}

/// An invalid certificate outranks every other problem, because its runtime has to learn of it.
void put_certificate_first(Exchange& exchange, std::optional<Problem>& problem) {
  if (!problem || exchange.certificate_fault.empty()) return;
  problem = Problem::certificate_refused;
  exchange.note = exchange.certificate_fault;
  exchange.response.drop();
  exchange.response.close = true;
}

/// A resolve passes: its handler refuses it, and records in the audit what was requested.
std::optional<Problem> check_certificate(Exchange& exchange, ThreadState&) {
  if (exchange.certificate_fault.empty()) return std::nullopt;
  exchange.note = exchange.certificate_fault;
  exchange.response.close = true;
  return exchange.route->body_limit > 0 ? std::nullopt : std::optional(Problem::certificate_refused);
}

std::optional<Problem> authenticate(Exchange& exchange, ThreadState& thread) {
  if (!needs_credential(exchange)) return std::nullopt;
  const auth::Credential credential = credential_of(exchange);
  if (!credential.present()) return problem_of_none(exchange);
  const Presented presented = present(exchange, thread, credential);
  if (const auto problem = limit_guessing(exchange, thread, presented, std::chrono::steady_clock::now())) {
    return problem;
  }
  auto verdict =
      thread.authenticator.judge(credential, presented.digest, audience_of(exchange), std::chrono::system_clock::now());
  exchange.verdict_to_ask = !verdict;
  if (!verdict) return std::nullopt;
  return take_verdict(exchange, thread, presented, std::move(*verdict));
}

/// The part of authentication that waits: for an issuer's new keys, for its verdict on an opaque token, or for a read
/// of an API key.
asio::awaitable<std::optional<Problem>> ask_verdict(Exchange& exchange, ThreadState& thread) {
  Presented presented = present(exchange, thread, credential_of(exchange));
  if (thread.authenticator.asks_issuer(presented.credential)) {
    const auto problem = limit_asking(exchange, thread, presented, std::chrono::steady_clock::now());
    if (problem) co_return problem;
  }
  auto verdict = co_await thread.authenticator.ask(presented.credential, presented.digest, audience_of(exchange));
  // Other credentials may have been refused meanwhile.
  presented.wait = guessing_wait(exchange, thread, presented.digest, std::chrono::steady_clock::now());
  co_return take_verdict(exchange, thread, presented, std::move(verdict));
}

/// Recorded whatever happens to the request later, because the key was valid.
std::optional<Problem> note_api_key_use(Exchange& exchange, ThreadState& thread) {
  const std::string& key = exchange.principal.api_key;
  if (!key.empty()) thread.api_key_uses.note(key, store::now_microseconds());
  return std::nullopt;
}

std::optional<Problem> check_scope(Exchange& exchange, ThreadState&) {
  if (!needs_credential(exchange)) return std::nullopt;
  if (store::covers(exchange.principal.scopes, exchange.route->scope)) return std::nullopt;
  if (exchange.plane == Plane::tools) exchange.note = store::to_string(store::Errc::scope_lacking);
  return Problem::scope_missing;
}

std::optional<Problem> check_body_fields(Exchange& exchange, ThreadState&) {
  const RequestHead& head = exchange.head;
  if (head.expects_other) return Problem::expectation_unknown;
  if (head.content_length > largest_body(exchange)) return Problem::body_too_large;
  if (exchange.route->body_limit == 0 || !head.has_body()) return std::nullopt;
  if (!is_json_type(head.content_type)) return Problem::not_json;
  if (head.body_is_encoded) return Problem::body_encoded;
  return std::nullopt;
}

std::optional<Problem> check_terms(Exchange& exchange, ThreadState&) { return terms_problem(exchange); }

using Step = std::optional<Problem> (*)(Exchange&, ThreadState&);
constexpr std::array<Step, 4> identify{find_route, check_memory, check_certificate, authenticate};
constexpr std::array<Step, 2> count_request{note_api_key_use, limit_tenant};
constexpr std::array<Step, 4> admit{check_scope, check_terms, check_body_fields, check_tenant_memory};

std::optional<Problem> take(std::span<const Step> steps, Exchange& exchange, ThreadState& thread) {
  for (const Step step : steps) {
    if (const std::optional<Problem> problem = step(exchange, thread)) return problem;
  }
  return std::nullopt;
}

/// Answers a problem that was found before the body was read. If there is one, the connection closes, because the body
/// would be read as the next request.
template <class Why>
void refuse(Exchange& exchange, const Why& why) {
  answer(exchange, why);
  if (exchange.head.has_body()) exchange.response.close = true;
}

void log_unaudited(const Exchange& exchange, ThreadState& thread, const store::Failure& failure) {
  thread.counters.unaudited.add();
  if (!thread.unaudited_lines.admit(std::chrono::steady_clock::now())) return;
  LogLine line(LogLevel::error, "audit_failed");
  line.field("request_id", exchange.request_id).field("reason", to_string(failure.code));
  log(line);
}

/// Answers once the audit entry is written. If writing fails, the answer is that failure, so that the client learns
/// nothing about the credential. Exceptions: a lack of room, because refusals may not use the room of other entries,
/// and an altered record of an API key, which is always reported.
asio::awaitable<void> refuse_credential(Exchange& exchange, ThreadState& thread, Problem problem) {
  store::AuditEvent event;
  event.action =
      problem == Problem::integrity ? store::AuditAction::api_key_integrity : store::AuditAction::credential_refused;
  event.reason = exchange.note;
  store::AuditContext who = exchange.audit();
  const auto recorded = co_await exchange.services.store.audit().record(std::move(event), std::move(who));
  if (!recorded) log_unaudited(exchange, thread, recorded.error());
  if (recorded || problem == Problem::integrity || store::refusal_stands(recorded.error())) {
    refuse(exchange, problem);
  } else {
    refuse(exchange, recorded.error());
  }
}

Problem problem_of(BodyRead read) {
  if (read == BodyRead::too_large) return Problem::body_too_large;
  return read == BodyRead::no_memory ? Problem::memory_short : Problem::malformed_request;
}

/// A client of the tool plane without a user's token, or with one for the API plane, has a runtime's certificate,
/// perhaps stolen, so that is audited, too.
bool is_audited(const Exchange& exchange, Problem problem) {
  if (problem == Problem::scope_missing) return exchange.plane == Plane::tools;
  return problem == Problem::credential_invalid || problem == Problem::token_too_large ||
         problem == Problem::user_token_missing || problem == Problem::integrity;
}

/// The chain without its barrier.
asio::awaitable<bool> run_steps(Exchange& exchange, ThreadState& thread, BodyReader& reader,
                                std::optional<Problem> framing) {
  if (!framing && answer_preflight(exchange)) co_return true;
  std::optional<Problem> problem = framing ? framing : take(identify, exchange, thread);
  if (!problem && exchange.verdict_to_ask) problem = co_await ask_verdict(exchange, thread);
  if (!problem) problem = take(count_request, exchange, thread);
  if (!problem && exchange.limits_to_read) problem = co_await limit_tenant_later(exchange, thread);
  if (!problem) problem = take(admit, exchange, thread);
  if (!framing) put_certificate_first(exchange, problem);
  if (problem) {
    if (is_audited(exchange, *problem)) {
      co_await refuse_credential(exchange, thread, *problem);
    } else {
      refuse(exchange, *problem);
    }
    // The end of a request that was not parsed is unknown, so no other can follow it.
    if (framing) exchange.response.close = true;
    co_return true;
  }
  if (exchange.head.has_body()) {
    const BodyRead read = co_await reader.read_body(exchange);
    if (read == BodyRead::incomplete) co_return false;
    if (read != BodyRead::complete) {
      refuse(exchange, problem_of(read));
      co_return true;
    }
    const auto unreadable = unreadable_encoding(exchange.body.text());
    if (unreadable) {
      answer(exchange, *unreadable);
      co_return true;
    }
  }
  co_await exchange.route->handler(exchange);
  co_return true;
}

/// The log has the exception for the operator; the client gets only the request's id to refer to it.
void answer_panic(Exchange& exchange, std::string_view what) {
  log(LogLine(LogLevel::error, "panic").field("request_id", exchange.request_id).field("what", what));
  exchange.response.drop();
  answer(exchange, Problem::internal);
  exchange.response.close = true;  // it is unknown how much of the request was read
}

}  // namespace

std::uint64_t largest_body(const Exchange& exchange) {
  return exchange.route->body_limit > 0 ? body_limit_of(exchange) : limits::ignored_body;
}

asio::awaitable<bool> run_chain(Exchange& exchange, ThreadState& thread, BodyReader& reader,
                                std::optional<Problem> framing) {
  try {
    const bool answerable = co_await run_steps(exchange, thread, reader, framing);
    co_return answerable;
  } catch (const std::exception& error) {
    answer_panic(exchange, error.what());
  } catch (...) {
    answer_panic(exchange, "unknown exception");
  }
  co_return true;
}

}  // namespace tacit::http
