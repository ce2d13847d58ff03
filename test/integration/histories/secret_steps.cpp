// Steps that create, replace, change, delete and show secrets.
#include <boost/json/serialize.hpp>

#include "test/integration/histories/bodies.hpp"
#include "test/integration/histories/comparison.hpp"
#include "test/integration/histories/steps.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

/// A new key, or one of those before it; now and then, in a request that was sent before.
std::string random_repetition(Session& session) {
  if (session.installation.forgets_idempotency_keys() || !session.random.chance(25)) return {};
  return "key-" + std::to_string(session.installation.metadata_keys()) + "-" +
         std::to_string(session.random.below(1000));
}

/// Gives the value a length with which the tenant is at its limit, or one byte above it.
void fill(Session& session, json::object& body) {
  std::uint64_t others = session.model.used();
  for (const char* field : {"secret_name", "tool_name", "tool_arg"}) {
    const json::value* text = body.if_contains(field);
    if (text != nullptr && text->is_string()) others += text->get_string().size();
  }
  const std::uint64_t wanted = session.model.byte_limit + session.random.below(2);
  if (wanted < others + 4 || wanted > others + 1024) return;
  body["secret_value"] = std::string(wanted - others, 'v');
}

/// Sends a request again that made a change with an Idempotency-Key, or another body with its key.
bool repeat(Session& session) {
  if (session.installation.forgets_idempotency_keys()) return false;
  if (session.model.repeatable.empty() || !session.random.chance(15)) return false;
  auto at = session.model.repeatable.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(session.random.below(session.model.repeatable.size())));
  const std::string repetition = at->first;
  const std::size_t space = repetition.find(' ');
  Request request = {"POST", repetition.substr(0, space), at->second.body};
  request.idempotency_key = repetition.substr(space + 1);
  if (session.random.chance(40)) {
    json::object other = {{"secret_name", "other"}, {"secret_value", "value " + std::to_string(session.random.next())}};
    if (request.target.find("/batch") != std::string::npos) other = {{"secrets", json::array{other}}};
    if (request.target.find("/rollback") != std::string::npos) other = {{"version", 1 + session.random.below(1000)}};
    request.body = json::serialize(other);
  }
  Answer answer;
  const bool changed = session.change(
      request, [](TenantModel&) { return Refusals{}; }, answer);
  session.require(!changed, "a repetition that is none");
  return true;
}

}  // namespace

void create_secret(Session& session) {
  if (repeat(session)) return;
  bool full = false;
  const std::string target = secrets_path + random_view(session, full);
  json::object body = random_new_secret(session.random);
  if (session.random.chance(15)) fill(session, body);
  Request request = {"POST", target, json::serialize(body)};
  request.idempotency_key = random_repetition(session);
  if (session.model.repeatable.contains(target + " " + request.idempotency_key)) return;
  Answer answer;
  if (!session.change(
          request, [&](TenantModel& model) { return model.create(body); }, answer))
    return;
  compare_one(session, answer, session.model.secrets.back(), full);
}

void create_batch(Session& session) {
  bool full = false;
  const std::string target = secrets_path + "batch" + random_view(session, full);
  json::array bodies;
  const std::size_t count = 1 + session.random.below(4);
  for (std::size_t i = 0; i < count; ++i) bodies.push_back(random_new_secret(session.random));
  Request request = {"POST", target, json::serialize(json::object{{"secrets", bodies}})};
  request.idempotency_key = random_repetition(session);
  if (session.model.repeatable.contains(target + " " + request.idempotency_key)) return;
  Answer answer;
  if (!session.change(
          request, [&](TenantModel& model) { return model.create_all(bodies); }, answer))
    return;
  const json::array shown = answer.at("data").as_array();
  session.require(answer.status == 200 && shown.size() == count, "the answer to a batch");
  for (std::size_t i = 0; i < count; ++i) {
    compare_info(session, shown[i], session.model.secrets[session.model.secrets.size() - count + i], full);
  }
}

void put_secret(Session& session) {
  bool full = false;
  const std::string target = secrets_path + "by-name" + random_view(session, full);
  const json::object body = random_new_secret(session.random);
  const json::value* name = body.if_contains("secret_name");
  const bool has_name = name != nullptr && name->is_string();
  const std::string wanted = has_name ? std::string(name->get_string()) : std::string();
  Request request = {"PUT", target, json::serialize(body)};
  Condition condition = random_condition(session, session.model.by_name(wanted), request.headers);
  if (condition.tags.empty() && session.random.chance(15)) {
    condition.create_only = true;
    request.headers.emplace_back("If-None-Match", "*");
  }
  Answer answer;
  if (!session.change(
          request, [&](TenantModel& model) { return model.put(body, condition); }, answer))
    return;
  compare_one(session, answer, *session.model.by_name(wanted), full);
}

void update_secret(Session& session) {
  bool full = false;
  const std::string id = random_id(session);
  const json::object body = random_update(session.random);
  Request request = {"PATCH", secrets_path + id + random_view(session, full), json::serialize(body)};
  if (session.random.chance(3)) request.body.clear();
  const json::object sent = request.body.empty() ? json::object() : body;
  const Condition condition = random_condition(session, session.model.by_id(id), request.headers);
  Answer answer;
  if (!session.change(
          request, [&](TenantModel& model) { return model.update(id, sent, condition); }, answer))
    return;
  compare_one(session, answer, *session.model.by_id(id), full);
}

void delete_secret(Session& session) {
  const std::string id = random_id(session);
  Request request = {"DELETE", secrets_path + id};
  const Condition condition = random_condition(session, session.model.by_id(id), request.headers);
  const Secret* const present = session.model.by_id(id);
  Secret last = present == nullptr ? Secret{} : *present;
  Answer answer;
  if (!session.change(
          request, [&](TenantModel& model) { return model.erase(id, condition); }, answer))
    return;
  compare_one(session, answer, last, false);
}

void get_secret(Session& session) {
  bool full = false;
  const std::string id = random_id(session);
  Request request = {"GET", secrets_path + id + random_view(session, full), {}, {}, "secrets:read"};
  Secret* const secret = session.model.by_id(id);
  Refusals refusals;
  refusals.not_found = secret == nullptr;
  bool known = false;
  if (secret != nullptr && session.random.chance(30)) {
    const std::size_t kind = session.random.below(4);
    known = kind < 3 && !secret->tag.empty();
    const std::string tag = known ? secret->tag : std::string("\"x\"");
    request.headers.emplace_back("If-None-Match", kind == 1 ? "\"y\", " + tag : kind == 2 ? "W/" + tag : tag);
  } else {
    judge(random_condition(session, secret, request.headers), secret, refusals);
  }
  const Answer answer = session.api(request);
  if (refusals.any()) return compare_refusal(session, answer, refusals);
  if (!known || full) return compare_one(session, answer, *secret, full);
  session.require(answer.status == 304 && answer.body.empty(), "a state that the client knows is 304");
  learn_tag(session, answer.header("ETag"), *secret);
}

}  // namespace tacit::test::model
