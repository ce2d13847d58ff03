#include "auth/issuers/introspection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <vector>

#include <openssl/evp.h>

#include "auth/tokens/json_document.hpp"
#include "crypto/files/text_file.hpp"
#include "crypto/text/ascii.hpp"

namespace tacit::auth {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using std::chrono::steady_clock;

constexpr std::size_t answer_limit = 64 * 1024;

IntrospectionCache::Now both_clocks() { return {steady_clock::now(), std::chrono::system_clock::now()}; }

IntrospectionCache::Limits limits_of(const IssuerConfig& config) {
  IntrospectionCache::Limits limits;
  limits.positive = config.introspection_cache;
  limits.negative = config.negative_cache;
  return limits;
}

/// Appends bytes as application/x-www-form-urlencoded. Encodes more than necessary, which every decoder accepts.
void append_form_encoded(crypto::WipedBytes& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = crypto::is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '*';
    if (plain) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    out.push_back('%');
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
}

}  // namespace

crypto::WipedBytes basic_credentials(std::string_view client_id, std::string_view client_secret) {
  crypto::WipedBytes pair;
  pair.reserve(3 * (client_id.size() + client_secret.size()) + 1);
  append_form_encoded(pair, client_id);
  pair.push_back(':');
  append_form_encoded(pair, client_secret);
  crypto::WipedBytes encoded((pair.size() + 2) / 3 * 4 + 1);  // plus OpenSSL's terminating zero
  EVP_EncodeBlock(encoded.data(), pair.data(), static_cast<int>(pair.size()));
  encoded.resize(encoded.size() - 1);
  crypto::WipedBytes value;
  value.reserve(6 + encoded.size());
  value.append("Basic ");
  value.append(encoded.view());
  return value;
}

crypto::WipedBytes introspection_form(std::string_view token) {
  crypto::WipedBytes form;
  form.reserve(64 + 3 * token.size());
  form.append("token=");
  append_form_encoded(form, token);
  form.append("&token_type_hint=access_token");
  return form;
}

Introspection::Introspection(asio::any_io_executor executor, std::shared_ptr<const IssuerConfig> config,
                             std::shared_ptr<const TlsTrust> trust, std::shared_ptr<IssuerReport> report,
                             std::shared_ptr<KeyRefresh> refresh)
    : config_(std::move(config)),
      report_(std::move(report)),
      refresh_(std::move(refresh)),
      executor_(executor),
      credentials_(basic_credentials(config_->client_id,
                                     config_->client_secret ? config_->client_secret->text() : std::string_view())),
      client_(executor, std::move(trust), HttpsClient::Limits()),
      cache_(limits_of(*config_)) {}

asio::awaitable<IntrospectionAnswer> Introspection::ask(std::string_view token) {
  if (token.empty()) co_return Refusal::malformed;
  if (token.size() > max_token_size) co_return Refusal::too_large;
  const crypto::Digest digest = crypto::sha256(crypto::as_bytes(token));
  std::optional<IntrospectionAnswer> answer;
  {
    const std::lock_guard lock(mutex_);
    answer = cache_.find(digest, both_clocks());
  }
  if (answer) co_return *answer;
  const std::chrono::milliseconds deadline = config_->fetch_timeout + answer_grace;
  auto enlist = [this, digest, token](const IntrospectionCache::AnswerWaiter& waiter) {
    this->enlist(digest, token, waiter);
  };
  answer = co_await store::wait_for<IntrospectionAnswer>(enlist, deadline);
  co_return answer.value_or(Refusal::issuer_unreachable);
}

void Introspection::enlist(const crypto::Digest& digest, std::string_view token,
                           const IntrospectionCache::AnswerWaiter& waiter) {
  bool closed = false;
  {
    const std::lock_guard lock(mutex_);
    closed = closed_;
    const Call call = closed ? nullptr : cache_.ask(digest, token, both_clocks(), waiter);
    // Posted with the mutex held, so that it cannot follow close().
    if (call) asio::post(executor_, [self = shared_from_this(), call] { self->start(call); });
  }
  if (closed) waiter->answer(Refusal::issuer_unreachable);
}

void Introspection::start(const Call& call) {
  // Only lack of memory fails here: the waiting calls are answered and may retry.
  const auto give_up = [self = shared_from_this(), call] { self->settle(call->digest, Refusal::issuer_unreachable); };
  try {
    asio::co_spawn(executor_, make_call(shared_from_this(), call), [give_up](const std::exception_ptr& thrown) {
      if (thrown) give_up();
    });
  } catch (const std::exception&) {
    give_up();
  }
}

void Introspection::close() {
  std::vector<IntrospectionCache::AnswerWaiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiters = cache_.abandon();
  }
  for (const auto& waiter : waiters) waiter->answer(Refusal::issuer_unreachable);
  client_.close();
}

asio::awaitable<void> Introspection::make_call(std::shared_ptr<Introspection> self, Call call) {
  const IntrospectionAnswer answer = co_await self->fetch_answer(call);
  self->settle(call->digest, answer);
}

asio::awaitable<IntrospectionAnswer> Introspection::fetch_answer(Call call) {
  const Time deadline = steady_clock::now() + config_->fetch_timeout;
  const std::optional<HttpsUrl> endpoint = co_await find_endpoint(deadline);
  if (!endpoint) co_return Refusal::issuer_unreachable;
  const crypto::WipedBytes form = introspection_form(call->token.text());
  HttpsRequest request = make_form_post(*endpoint, credentials_.text(), form.text(), answer_limit);
  const HttpsClient::Outcome outcome = co_await client_.send(std::move(request), deadline);
  co_return judge(outcome);
}

asio::awaitable<std::optional<HttpsUrl>> Introspection::find_endpoint(Time deadline) {
  if (config_->introspection == IssuerConfig::Introspection::url) {
    auto url = parse_https_url(config_->introspection_url);
    if (url.has_error()) {
      report_->introspection_failed("its introspection URL " + url.error());
      co_return std::nullopt;
    }
    co_return std::optional<HttpsUrl>(std::move(*url));
  }
  if (!refresh_->introspection_endpoint()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    auto enlist = [refresh = refresh_](const std::shared_ptr<store::Waiter<KeySetPtr>>& waiter) {
      refresh->ask(waiter);
    };
    co_await store::wait_for<KeySetPtr>(enlist, left);
  }
  if (!refresh_->introspection_endpoint()) {
    report_->introspection_failed(
        "its introspection endpoint is not known: its metadata cannot be read or does not name one");
  }
  co_return refresh_->introspection_endpoint();
}

IntrospectionAnswer Introspection::judge(const HttpsClient::Outcome& outcome) {
  if (outcome.has_error()) {
    const unsigned status = outcome.error().status;
    report_->introspection_failed(status == 401 ? "it does not accept our client id and secret (status 401)"
                                                : outcome.error().message);
    return Refusal::issuer_unreachable;
  }
  const auto document = parse_json_document(crypto::without_byte_order_mark(outcome->body.text()), answer_limit);
  const json::value* active =
      document && document->is_object() ? find_member(document->get_object(), "active") : nullptr;
  if (active == nullptr || !active->is_bool()) {
    report_->introspection_failed("its answer is not a JSON object with a boolean `active`");
    return Refusal::issuer_unreachable;
  }
  return judge_introspection(document->get_object(), *config_, std::chrono::system_clock::now());
}

void Introspection::settle(const crypto::Digest& digest, IntrospectionAnswer answer) {
  std::vector<IntrospectionCache::AnswerWaiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    const IntrospectionCache::Now now = both_clocks();
    answer = cache_.shortened(std::move(answer), now);
    waiters = cache_.settle(digest, answer, now);
  }
  for (const auto& waiter : waiters) waiter->answer(answer);
}

}  // namespace tacit::auth
