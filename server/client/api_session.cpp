#include "server/client/api_session.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <charconv>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "server/client/answer_faults.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {
namespace {

using Clock = std::chrono::steady_clock;

/// Of one page of a list, the largest answer: 200 secrets, or all API keys of a tenant.
constexpr std::size_t largest_answer = 16 * 1024 * 1024;
/// A server without Retry-After is asked again after this.
constexpr std::chrono::seconds pause{1};

std::shared_ptr<const auth::TlsTrust> trust_of(const ServerAccess& access) {
  auto trust = auth::TlsTrust::load(access.ca_file);
  if (trust.has_error()) throw UsageError("--ca-file: " + trust.error());
  return *trust;
}

/// Retry-After in seconds (RFC 9110 section 10.2.3). Dates are not read: the server sends none.
std::optional<std::chrono::seconds> read_retry_after(std::string_view text) {
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

/// Whether the request does the same if the server gets it twice.
bool is_repeatable(const ApiRequest& request) {
  return request.method == "GET" || !request.if_match.empty() || !request.idempotency_key.empty();
}

/// What a user can do who does not know whether a change was made.
std::string doubt(const ApiRequest& request) {
  if (request.method == "GET") return {};
  if (!request.repeat_with.empty()) {
    return "; whether it was done is not known: repeat the command with " + request.repeat_with +
           ", and it is done once";
  }
  return "; whether it was done is not known: list before you repeat it";
}

}  // namespace

ApiSession::ApiSession(ServerAccess access)
    : access_(std::move(access)),
      client_(context_.get_executor(), trust_of(access_), auth::HttpsClient::Limits{.connections = 1}) {
  authorization_.append("Bearer ");
  authorization_.append(access_.key.view());
}

ApiSession::~ApiSession() { client_.close(); }

auth::HttpsClient::Outcome ApiSession::attempt(const ApiRequest& request, auth::HttpsClient::Time deadline) {
  auth::HttpsUrl url = access_.url;
  url.target += request.path;
  std::vector<auth::HttpsField> fields{{"Authorization", authorization_.text()}};
  if (!request.if_match.empty()) fields.push_back({"If-Match", request.if_match});
  if (!request.idempotency_key.empty()) fields.push_back({"Idempotency-Key", request.idempotency_key});
  auth::HttpsRequest message =
      auth::make_json_request(request.method, url, fields, request.body.text(), largest_answer);
  message.may_repeat = is_repeatable(request);
  std::optional<auth::HttpsClient::Outcome> outcome;
  std::exception_ptr thrown;
  boost::asio::co_spawn(context_, client_.send(std::move(message), deadline),
                        [&](std::exception_ptr error, auth::HttpsClient::Outcome result) {
                          thrown = std::move(error);
                          outcome.emplace(std::move(result));
                        });
  context_.restart();
  while (!outcome && context_.run_one() > 0) continue;
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*outcome);
}

std::string ApiSession::no_answer(const ApiRequest& request, const auth::HttpsError& error) const {
  std::string text = "the server " + access_.url.authority() + " cannot be used: " + error.message;
  const bool says_status = error.message.find("status") != std::string::npos;
  if (error.status != 0 && error.status != 200 && !says_status)
    text += " (status " + std::to_string(error.status) + ")";
  return error.sent ? text + doubt(request) : text;
}

ApiAnswer ApiSession::send(const ApiRequest& request) {
  const auto deadline = Clock::now() + access_.timeout;
  const auto wait = [&](std::chrono::seconds span) {
    if (Clock::now() + span >= deadline) return false;
    std::this_thread::sleep_for(span);
    return true;
  };
  const bool changes = request.method != "GET";
  bool in_doubt = false;  // an earlier attempt may have made the change
  for (;;) {
    auth::HttpsClient::Outcome outcome = attempt(request, deadline);
    if (outcome.has_error()) {
      const auth::HttpsError error = outcome.error();
      const bool again = error.sent && error.status == 0 && is_repeatable(request) && wait(pause);
      if (!again) throw CommandFailed(no_answer(request, error));
      in_doubt = changes;
      continue;
    }
    auth::HttpsAnswer& answer = *outcome;
    if (answer.status == 200) return {std::move(answer.body), std::move(answer.entity_tag), answer.replayed};
    const bool busy = answer.status == 429 || (answer.status == 503 && is_repeatable(request));
    const auto after = read_retry_after(answer.retry_after);
    if (busy && wait(std::max(after.value_or(pause), pause))) {
      in_doubt = in_doubt || (changes && answer.status == 503);
      continue;
    }
    std::string text = explain(answer.status, answer.body.text(), request.items);
    if (after) text += "; try again in " + std::to_string(after->count()) + " s";
    if (answer.status == 503) text += doubt(request);
    if (in_doubt && (answer.status == 412 || answer.status == 404)) {
      text += "; an earlier attempt of this command may have made the change";
    }
    throw CommandFailed(text);
  }
}

}  // namespace tacit::server
