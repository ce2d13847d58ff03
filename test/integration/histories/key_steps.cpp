// Steps on the tenant's API keys, and an operator's changes of its limits.
#include <boost/json/serialize.hpp>

#include <algorithm>

#include "test/integration/histories/comparison.hpp"
#include "test/integration/histories/steps.hpp"
#include "test/integration/model/rules.hpp"

namespace json = boost::json;

namespace tacit::test::model {
namespace {

const std::string api_keys_path = "/api/v1/api-keys/";

std::set<std::string> random_scopes(Random& random) {
  if (random.chance(10)) return {"tools:use"};
  std::set<std::string> scopes;
  for (const char* scope : api_scopes) {
    if (random.chance(50)) scopes.insert(scope);
  }
  return scopes;
}

json::array list_of(const std::set<std::string>& scopes) {
  json::array list;
  for (const std::string& scope : scopes) list.emplace_back(scope);
  return list;
}

Text random_expiry(Random& random) {
  if (!random.chance(30)) return std::nullopt;
  return in_seconds(random.chance(40) ? 3 : 3600 + static_cast<int>(random.below(100'000)));
}

ApiKey* key_of(TenantModel& model, const std::string& id) {
  const auto found =
      std::find_if(model.api_keys.begin(), model.api_keys.end(), [&](const ApiKey& key) { return key.id == id; });
  return found == model.api_keys.end() ? nullptr : &*found;
}

/// The id of a key that a step made; now and then of none. The first key stays as it is.
std::string random_key(Session& session) {
  if (session.model.api_keys.size() < 2 || session.random.chance(10)) return "00000000000";
  return session.model.api_keys[1 + session.random.below(session.model.api_keys.size() - 1)].id;
}

Refusals empty_scopes(const std::set<std::string>& scopes) {
  Refusals refusals;
  if (scopes.empty()) refusals.faults.push_back({"", {"body", "scopes"}});
  return refusals;
}

Request owners(const std::string& method, const std::string& target, const std::string& body = {}) {
  Request request = {method, target, body};
  request.scope = "keys:manage";
  request.by_owner = true;
  return request;
}

}  // namespace

void make_api_key(Session& session) {
  if (session.model.api_keys.size() > 6) return;
  ApiKey made;
  made.name = "key " + std::to_string(session.random.below(1000));
  made.scopes = random_scopes(session.random);
  made.expires_at = random_expiry(session.random);
  json::object body = {{"name", made.name}, {"scopes", list_of(made.scopes)}};
  if (made.expires_at) body["expires_at"] = *made.expires_at;
  const auto change = [&](TenantModel& model) {
    const Refusals refusals = empty_scopes(made.scopes);
    if (refusals.any()) return refusals;
    model.api_keys.push_back(made);
    model.audits("api_key.create");
    return refusals;
  };
  Answer answer;
  if (!session.change(owners("POST", api_keys_path, json::serialize(body)), change, answer)) return;
  json::object shown = answer.json().as_object();
  ApiKey& key = session.model.api_keys.back();
  key.text = std::string(shown.at("key").as_string());
  shown.erase("key");
  compare_api_key(session, shown, key);
}

void change_api_key(Session& session) {
  const std::string id = random_key(session);
  json::object body;
  Random& random = session.random;
  if (random.chance(40)) body["name"] = "renamed " + std::to_string(random.below(1000));
  const bool has_scopes = random.chance(50);
  const std::set<std::string> scopes = random_scopes(random);
  if (has_scopes) body["scopes"] = list_of(scopes);
  const bool has_expiry = random.chance(40);
  const Text expiry = random_expiry(random);
  if (has_expiry) body["expires_at"] = expiry ? json::value(*expiry) : json::value(nullptr);
  const auto change = [&](TenantModel& model) {
    Refusals refusals = has_scopes ? empty_scopes(scopes) : Refusals{};
    ApiKey* const key = key_of(model, id);
    refusals.not_found = key == nullptr;
    if (refusals.any()) return refusals;
    if (body.contains("name")) key->name = std::string(body.at("name").as_string());
    if (has_scopes) key->scopes = scopes;
    if (has_expiry) key->expires_at = expiry;
    return refusals;
  };
  Answer answer;
  if (!session.change(owners("PATCH", api_keys_path + id, json::serialize(body)), change, answer)) return;
  compare_api_key(session, answer.json().as_object(), *key_of(session.model, id));
}

void revoke_api_key(Session& session) {
  const std::string id = random_key(session);
  const ApiKey* const present = key_of(session.model, id);
  ApiKey last = present == nullptr ? ApiKey{} : *present;
  const auto change = [&](TenantModel& model) {
    Refusals refusals;
    ApiKey* const key = key_of(model, id);
    refusals.not_found = key == nullptr;
    if (refusals.any()) return refusals;
    if (!key->text.empty()) model.revoked.push_back(key->text);
    model.api_keys.erase(model.api_keys.begin() + (key - model.api_keys.data()));
    model.audits("api_key.revoke");
    return refusals;
  };
  Answer answer;
  if (!session.change(owners("DELETE", api_keys_path + id), change, answer)) return;
  compare_api_key(session, answer.json().as_object(), last);
}

void get_api_key(Session& session) {
  const std::string id = random_key(session);
  const Answer answer = session.api(owners("GET", api_keys_path + id));
  ApiKey* const key = key_of(session.model, id);
  session.require(answer.status == (key == nullptr ? 404 : 200), "status of an API key");
  if (key != nullptr) compare_api_key(session, answer.json().as_object(), *key);
}

void change_limits(Session& session) {
  TenantModel& model = session.model;
  const bool own_bytes = session.random.chance(70);
  model.byte_limit = own_bytes ? 500 + session.random.below(4000) : default_bytes;
  const bool own_count = session.random.chance(70);
  model.count_limit = own_count ? 1 + session.random.below(12) : default_secrets;
  const std::string bytes = own_bytes ? std::to_string(model.byte_limit) : "default";
  const std::string count = own_count ? std::to_string(model.count_limit) : "default";
  session.remark("tacit quota set " + bytes + "; tacit limits set --secrets " + count);
  session.installation.command({"quota", "set", session.tenant(), bytes});
  session.installation.command({"limits", "set", "--tenant", session.tenant(), "--secrets", count});
}

}  // namespace tacit::test::model
