#include "http/chain/rate_limits.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <string_view>

#include "auth/api_keys/api_key_format.hpp"
#include "auth/tokens/jwt.hpp"
#include "http/log/log.hpp"

namespace tacit::http {
namespace {

using Clock = std::chrono::steady_clock;

/// The number of rows that cost as much as one request.
constexpr std::uint64_t rows_of_request = 100;

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

/// Structured Fields (RFC 9651): a List of one String with Integer parameters. The quota is the burst, the window the
/// time in which all of it comes back; `reset` is the seconds until more requests are available.
void append_fields(std::string& headers, std::string_view policy, auth::Rate rate, std::uint32_t remaining,
                   std::uint64_t reset) {
  headers.append("RateLimit-Policy: \"").append(policy).append("\";q=");
  append_number(headers, rate.burst);
  headers.append(";w=");
  append_number(headers, (std::uint64_t{rate.burst} + rate.per_second - 1) / rate.per_second);
  headers.append("\r\nRateLimit: \"").append(policy).append("\";r=");
  append_number(headers, remaining);
  headers.append(";t=");
  append_number(headers, reset);
  headers.append("\r\n");
}

/// In whole seconds, never too early.
std::uint64_t whole_seconds(std::chrono::nanoseconds wait) {
  return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(wait).count());
}

void append_refusal(std::string& headers, std::string_view policy, auth::Rate rate, std::chrono::nanoseconds wait) {
  const std::uint64_t seconds = whole_seconds(wait);
  headers.append("Retry-After: ");
  append_number(headers, seconds);
  headers.append("\r\n");
  append_fields(headers, policy, rate, 0, seconds);
}

/// Identifies a tenant's bucket. It includes the rate, because a debt of minutes and the empty bucket of a lower rate
/// look the same. So a tenant that gets another rate begins with a full bucket and without debt.
class TenantBucket {
 public:
  TenantBucket(const crypto::Uuid& tenant, auth::Rate rate) {
    std::memcpy(bytes_.data(), tenant.view().data(), tenant.view().size());
    std::memcpy(bytes_.data() + tenant.view().size(), &rate.per_second, sizeof rate.per_second);
    std::memcpy(bytes_.data() + tenant.view().size() + sizeof rate.per_second, &rate.burst, sizeof rate.burst);
  }
  crypto::ByteView view() const { return bytes_; }

 private:
  std::array<std::uint8_t, 24> bytes_;
};

void log_guessing(const Exchange& exchange, ThreadState& thread, Clock::time_point now) {
  if (!thread.guessing_lines.admit(now)) return;
  LogLine line(LogLevel::warn, "guessing_throttled");
  log(line.field("request_id", exchange.request_id).field("address", exchange.client.to_string()));
}

Problem refuse_guessing(Exchange& exchange, ThreadState& thread, std::chrono::nanoseconds wait, Clock::time_point now) {
  const auth::Rate rate = thread.server.credentials(exchange.plane).failures.rate();
  append_refusal(exchange.response.headers, "failed-auth", rate, wait);
  exchange.note = "address_rate";
  log_guessing(exchange, thread, now);
  return Problem::guessing_throttled;
}

std::optional<Problem> limit_by(auth::Rate rate, Exchange& exchange, ThreadState& thread, Clock::time_point now) {
  if (!rate.limited()) return std::nullopt;
  const crypto::Uuid& tenant = exchange.principal.tenant;
  const auto verdict = thread.server.tenant_requests.take(TenantBucket(tenant, rate).view(), rate, now);
  if (verdict.allowed) {
    // At one a second or more, another request is available within a second: after this one the bucket is not full.
    append_fields(exchange.response.headers, "tenant", rate, verdict.remaining, 1);
    return std::nullopt;
  }
  append_refusal(exchange.response.headers, "tenant", rate, verdict.wait);
  exchange.note = "tenant_rate";
  return Problem::tenant_throttled;
}

}  // namespace

std::optional<Problem> limit_tenant(Exchange& exchange, ThreadState& thread) {
  if (!exchange.route->authenticated || exchange.plane != Plane::api) return std::nullopt;
  const auto now = Clock::now();
  const auto rate = thread.tenant_rates.of(exchange.principal.tenant, now);
  exchange.limits_to_read = !rate;
  return rate ? limit_by(*rate, exchange, thread, now) : std::nullopt;
}

boost::asio::awaitable<std::optional<Problem>> limit_tenant_later(Exchange& exchange, ThreadState& thread) {
  const auth::Rate rate = co_await thread.tenant_rates.read(exchange.principal.tenant);
  co_return limit_by(rate, exchange, thread, Clock::now());
}

void charge_rows(const Exchange& exchange, ThreadState& thread) {
  const std::uint64_t requests = exchange.rows_read / rows_of_request;
  if (requests == 0 || exchange.plane != Plane::api) return;
  const auto now = Clock::now();
  const crypto::Uuid& tenant = exchange.principal.tenant;
  const auto newest = thread.tenant_rates.of(tenant, now);
  const auth::Rate rate = newest ? *newest : thread.tenant_rates.known(tenant);
  if (rate.limited()) thread.server.tenant_requests.charge(TenantBucket(tenant, rate).view(), rate, now, requests);
}

std::chrono::nanoseconds guessing_wait(const Exchange& exchange, const ThreadState& thread,
                                       const crypto::Digest& credential, Clock::time_point now) {
  const auto wait = thread.server.credentials(exchange.plane).failures.wait(exchange.client, now);
  const bool known = wait != wait.zero() && thread.server.good_credentials.contains(credential, now);
  return known ? wait.zero() : wait;
}

std::optional<Problem> limit_guessing(Exchange& exchange, ThreadState& thread, const Presented& presented,
                                      Clock::time_point now) {
  if (presented.wait == presented.wait.zero()) return std::nullopt;
  const auto api_key = auth::parse_api_key(presented.credential.text);
  if (!api_key) return std::nullopt;
  const auto wait = thread.server.credentials(exchange.plane).failures.wait(exchange.client, api_key->id, now);
  if (wait == wait.zero()) return std::nullopt;
  return refuse_guessing(exchange, thread, presented.wait, now);
}

std::optional<Problem> limit_asking(Exchange& exchange, ThreadState& thread, const Presented& presented,
                                    Clock::time_point now) {
  auth::AuthFailureLimit& questions = thread.server.credentials(exchange.plane).questions;
  if (!questions.limited()) {
    // Otherwise nothing would bound the queries that a guesser causes.
    const bool guessing = presented.wait != presented.wait.zero();
    return guessing ? std::optional(refuse_guessing(exchange, thread, presented.wait, now)) : std::nullopt;
  }
  if (thread.server.good_credentials.contains(presented.digest, now)) return std::nullopt;
  const auto wait = questions.wait(exchange.client, now);
  if (wait == wait.zero()) {
    questions.failed(exchange.client, now);
    return std::nullopt;
  }
  append_refusal(exchange.response.headers, "issuer-questions", questions.rate(), wait);
  exchange.note = "question_rate";
  return Problem::asking_throttled;
}

std::optional<Problem> limit_refusals(Exchange& exchange, ThreadState& thread, const Presented& presented,
                                      auth::Refusal refusal, Clock::time_point now) {
  auth::AuthFailureLimit& failures = thread.server.credentials(exchange.plane).failures;
  thread.server.good_credentials.forget(presented.digest);
  const auto api_key = auth::parse_api_key(presented.credential.text);
  if (!api_key && auth::is_of_its_issuer(refusal)) {
    // A client that keeps using an expired token must first learn that it has expired, and wait only after many tries.
    const auto wait = failures.wait(exchange.client, presented.digest, now);
    if (wait != wait.zero()) return refuse_guessing(exchange, thread, wait, now);
    failures.failed(exchange.client, presented.digest, now);
    return std::nullopt;
  }
  if (presented.wait == presented.wait.zero()) {
    failures.failed(exchange.client, now);
    return std::nullopt;
  }
  // Whatever was wrong with the key, so that the answer does not reveal which ids exist.
  if (api_key) failures.failed(exchange.client, api_key->id, now);
  return refuse_guessing(exchange, thread, presented.wait, now);
}

void log_large_token(const Exchange& exchange, ThreadState& thread, std::size_t size, Clock::time_point now) {
  constexpr auth::Rate once_a_second{1, 1};
  const std::string address = exchange.client.to_string();
  if (!thread.server.large_tokens.take(crypto::as_bytes(address), once_a_second, now).allowed) return;
  LogLine line(LogLevel::warn, "token_too_large");
  line.field("request_id", exchange.request_id).field("address", address);
  log(line.field("size", size).field("limit", auth::max_token_size));
}

}  // namespace tacit::http
