#include "test/integration/histories/session.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "test/integration/histories/comparison.hpp"
#include "test/integration/model/rules.hpp"
#include "test/integration/support/documented.hpp"
#include "test/integration/support/parallel.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

std::string quoted(const std::string& text) {
  std::string shell = "'";
  for (const char each : text) shell += each == '\'' ? std::string("'\\''") : std::string(1, each);
  return shell + "'";
}

std::string as_curl(const std::string& place, const Request& request, const Headers& headers) {
  std::string line = "-X " + request.method + " \"" + place + "\"" + quoted(request.target);
  for (const auto& [name, value] : headers) {
    const bool is_token = value.starts_with("Bearer ey");
    line += is_token ? " -H \"Authorization: Bearer $TOKEN\"" : " -H " + quoted(name + ": " + value);
  }
  return request.body.empty() ? line : line + " -d " + quoted(request.body);
}

/// The same resource by another of its paths.
std::string other_path(Random& random, const std::string& target) {
  if (!target.starts_with(secrets_path)) return target;
  const std::size_t end = std::min(target.find('?'), target.size());
  std::string path = target.substr(0, end);
  if (path.ends_with('/')) {
    path.pop_back();
  } else {
    path += '/';
  }
  path += target.substr(end);
  return random.chance(50) ? path : path.substr(std::string("/api").size());
}

void require_no_stored_value(const Session& session, const std::string& answer) {
  const auto check = [&](const Version& version) {
    const bool is_known = version.value.size() >= 12 && answer.find(version.value) != std::string::npos;
    session.require(!is_known, "an answer of the API plane has a value");
  };
  for (const Secret& secret : session.model.secrets) {
    check(secret.current);
    for (const Version& version : secret.previous) check(version);
  }
}

/// Sends a request with an Idempotency-Key to both servers at once. Returns the answer that made the change.
Answer send_twice(Session& session, const Request& request, Headers headers) {
  if (!request.body.empty()) headers.emplace_back("Content-Type", "application/json");
  headers.insert(headers.end(), request.headers.begin(), request.headers.end());
  session.remark("curl " + as_curl("$API_1", request, headers) + " & # and at once to $API_2");
  std::array<Answer, Installation::servers> answers;
  try {
    in_parallel(answers.size(), [&](std::size_t number) {
      ClientOptions options = session.installation.server(number).api_client();
      options.patience = std::chrono::seconds(60);
      answers[number] = HttpsClient(options).request(request.method, request.target, headers, request.body);
    });
  } catch (const TransportError& error) {
    throw Lost(error.what());
  }
  for (const Answer& each : answers) {
    session.remark("  # " + std::to_string(each.status) + " " + each.header("ETag") + " " + each.body);
    if (each.status == 503) throw Lost(each.body);
  }
  const bool is_second = answers[0].header("Idempotency-Replayed") == "true";
  const Answer& made = answers[is_second ? 1 : 0];
  const Answer& replayed = answers[is_second ? 0 : 1];
  session.require(replayed.header("Idempotency-Replayed") == "true", "no answer is a repetition of the other one");
  session.require(
      made.status == replayed.status && made.body == replayed.body && made.header("ETag") == replayed.header("ETag"),
      "the same request at once has two answers");
  return made;
}

void carry_uses_of_keys(const TenantModel& from, TenantModel& to) {
  for (const ApiKey& used : from.api_keys) {
    for (ApiKey& key : to.api_keys) key.used = key.used || (used.used && used.text == key.text);
  }
}

}  // namespace

Session::Session(const Installation& where) : installation(where), tenant_(new_uuid()) {
  ApiKey root;
  root.text = installation.deployment().create_api_key(
      tenant_, {"--scope", "secrets:read", "--scope", "secrets:write", "--scope", "keys:manage"});
  root.id = root.text.substr(4, 11);
  root.name = "test";
  root.scopes = {api_scopes.begin(), api_scopes.end()};
  model.api_keys.push_back(root);
  model.audits("api_key.create");
  model.byte_limit = default_bytes;
  model.count_limit = default_secrets;
  model.versions_kept = installation.versions_kept();
  token_ = installation.token_of(tenant_);
  starts_ = installation.starts();
  losses_ = installation.losses();
  metadata_keys_ = installation.metadata_keys();
}

void Session::follow_installation() {
  if (starts_ != installation.starts()) connections_.clear();
  if (losses_ != installation.losses()) {
    model.forget_unnoted_uses();
    if (after_) after_->forget_unnoted_uses();
  }
  if (metadata_keys_ != installation.metadata_keys()) {
    model.repeatable.clear();
    if (after_) after_->repeatable.clear();
  }
  starts_ = installation.starts();
  losses_ = installation.losses();
  metadata_keys_ = installation.metadata_keys();
}

std::string Session::transcript() const {
  std::string text = "tenant " + tenant_ + "\n";
  for (const std::string& line : transcript_) text += line + "\n";
  return text;
}

void Session::fail(const std::string& what) const { throw Mismatch(what); }

HttpsClient& Session::connection(bool tool_plane, std::size_t runtime, std::size_t number) {
  std::unique_ptr<HttpsClient>& kept = connections_[{tool_plane, runtime, number}];
  if (kept && !kept->is_stale()) return *kept;
  const Server& server = installation.server(number);
  ClientOptions options = tool_plane ? server.tools_client() : server.api_client();
  options.patience = std::chrono::seconds(60);
  if (tool_plane) options.certificate = installation.certificate(runtime);
  kept = std::make_unique<HttpsClient>(options);
  return *kept;
}

Answer Session::send(bool tool_plane, std::size_t runtime, const Request& request, const Headers& headers) {
  const std::size_t number = random.below(Installation::servers);
  Headers all = headers;
  if (!request.body.empty()) all.emplace_back("Content-Type", "application/json");
  all.insert(all.end(), request.headers.begin(), request.headers.end());
  const std::string place = std::string(tool_plane ? "$TOOLS_" : "$API_") + std::to_string(number + 1);
  transcript_.push_back("curl " + (tool_plane ? "--cert " + Installation::runtimes()[runtime].label + ".pem " : "") +
                        as_curl(place, request, all));
  try {
    Answer answer = connection(tool_plane, runtime, number).request(request.method, request.target, all, request.body);
    transcript_.back() += "\n  # " + std::to_string(answer.status) + " " + answer.header("ETag") + " " + answer.body;
    if (answer.status == 503) throw Lost(answer.body);
    check_documented(request.method, request.target, answer.status);
    return answer;
  } catch (const TransportError& error) {
    connections_.erase({tool_plane, runtime, number});
    transcript_.back() += std::string("\n  # no answer: ") + error.what();
    throw Lost(error.what());
  }
}

Session::Credential Session::good_credential(const Request& request) {
  if (random.chance(20)) return {{{"Authorization", "Bearer " + token_}}};
  std::vector<ApiKey*> able;
  for (ApiKey& key : model.api_keys) {
    if (key.scopes.contains(request.scope) && !key.expires_at && !key.text.empty()) able.push_back(&key);
    if (settles_ || request.by_owner) break;
  }
  ApiKey& key = *random.of(able);
  key.used = true;
  const std::vector<Headers> ways = {{{"x-api-key", key.text}},
                                     {{"Authorization", key.text}},
                                     {{"Authorization", "Bearer " + key.text}},
                                     {{"token", key.text}},
                                     {{"token", key.text}, {"x-api-key", "not one"}}};
  return {random.of(ways), 200, key.text};
}

Session::Credential Session::bad_credential(const std::string& scope) {
  std::vector<Credential> all = {{{}, 401}, {{{"x-api-key", "not one"}}, 401}, {{{"token", "x"}}, 401}};
  for (const std::string& text : model.revoked) all.push_back({{{"x-api-key", text}}, 401});
  for (const ApiKey& key : model.api_keys) {
    if (key.text.empty()) continue;
    // One that expires may have expired or not, if it is about to.
    const bool expires = key.expires_at && *key.expires_at < in_seconds(60);
    if (expires && key.expires_at <= now()) all.push_back({{{"x-api-key", key.text}}, 401});
    if (!expires && !key.scopes.contains(scope)) all.push_back({{{"x-api-key", key.text}}, 403, key.text});
  }
  return random.of(all);
}

Answer Session::api(const Request& request) {
  if (!settles_ && random.chance(8)) {
    const Credential bad = bad_credential(request.scope);
    for (ApiKey& key : model.api_keys) key.used = key.used || (!bad.key.empty() && key.text == bad.key);
    const Answer refused = send(false, 0, request, bad.headers);
    require(refused.status == bad.status, "another status for a credential: expected " + std::to_string(bad.status));
  }
  Request sent = request;
  // An Idempotency-Key is one of its path.
  if (request.idempotency_key.empty() && random.chance(10)) sent.target = other_path(random, request.target);
  const Answer answer = send(false, 0, sent, good_credential(sent).headers);
  if (!request.body.empty()) require_no_value(*this, request.body, answer.body);
  require_no_stored_value(*this, answer.body);
  return answer;
}

Answer Session::tools(std::size_t runtime, const std::string& target, const std::string& body) {
  return send(true, runtime, {"POST", target, body}, {});
}

bool Session::follow_repetition(const Request& request, Repeatable& first) {
  const bool is_other = request.body != first.body;
  if (is_other) first.others.insert(request.body);
  const Answer answer = api(request);
  if (is_other || first.others.size() >= 3) {
    require(answer.status == 422, "an Idempotency-Key with another body");
    return false;
  }
  require(answer.status == 200, "a repeated request");
  require(answer.header("Idempotency-Replayed") == "true", "no Idempotency-Replayed");
  if (!first.answer) {
    first.answer = answer.body;
    first.tag = answer.header("ETag");
  }
  require(answer.body == *first.answer && answer.header("ETag") == first.tag, "a repetition has another answer");
  return false;
}

bool Session::follow(const Request& request, TenantModel after, const Refusals& refusals, Answer& answer) {
  Request sent = request;
  const std::string repetition = request.target + " " + request.idempotency_key;
  if (!request.idempotency_key.empty()) {
    sent.headers.emplace_back("Idempotency-Key", request.idempotency_key);
    const auto known = model.repeatable.find(repetition);
    if (known != model.repeatable.end()) return follow_repetition(sent, known->second);
    if (!refusals.any()) after.repeatable[repetition] = Repeatable{request.body};
  }
  if (!refusals.any()) after_ = std::make_unique<TenantModel>(after);
  const bool is_twice = !request.idempotency_key.empty() && !refusals.any() && random.chance(40);
  answer = is_twice ? send_twice(*this, sent, good_credential(sent).headers) : api(sent);
  after_.reset();
  if (refusals.any()) {
    compare_refusal(*this, answer, refusals);
    return false;
  }
  require(answer.status == 200, "refused without a reason");
  require(answer.header("Idempotency-Replayed").empty(), "replayed, but it is the first such request");
  carry_uses_of_keys(model, after);
  model = std::move(after);
  if (!request.idempotency_key.empty()) {
    model.repeatable[repetition].answer = answer.body;
    model.repeatable[repetition].tag = answer.header("ETag");
  }
  return true;
}

void Session::settle() {
  if (!after_) return;
  const std::unique_ptr<TenantModel> after = std::move(after_);
  TenantModel before = model;
  settles_ = true;
  try {
    compare_everything(*this, before);
    model = std::move(before);
    remark("the lost change was not made");
  } catch (const Mismatch& difference) {
    remark(std::string("the lost change was made, because: ") + difference.what());
    carry_uses_of_keys(model, *after);
    model = *after;
    compare_everything(*this, model);
  }
  settles_ = false;
}

}  // namespace tacit::test::model
