// A client that manages API keys, and helpers for its tests.
#pragma once

#include "test/integration/support/shared_server.hpp"

namespace tacit::test {

inline const std::string api_keys_path = "/api/v1/api-keys/";
inline const std::vector<std::string> all_scopes = {"--scope",       "secrets:read", "--scope",
                                                    "secrets:write", "--scope",      "keys:manage"};
inline const std::string future = "2100-01-01T00:00:00Z";

inline std::string id_of(const std::string& key) { return key.substr(4, 11); }
inline std::string one(const std::string& id) { return api_keys_path + id; }

/// A client that manages API keys with a key that the operator created.
struct Manager {
  Manager(const Deployment& deployment, const Server& server, const std::vector<std::string>& rights = all_scopes)
      : id(new_uuid()), key(deployment.create_api_key(id, rights)), api(server, key) {}

  /// Creates a key, and requires success. Returns the response.
  boost::json::object make(const boost::json::value& body) {
    const Answer answer = api.post(api_keys_path, body);
    REQUIRE_STATUS(answer, 200);
    return answer.json().as_object();
  }
  boost::json::array list() {
    const Answer answer = api.get(api_keys_path);
    REQUIRE_STATUS(answer, 200);
    BOOST_TEST(answer.json().as_object().size() == 1U);
    return answer.at("data").as_array();
  }

  std::string id;
  std::string key;
  Client api;
};

inline Manager new_manager(const std::vector<std::string>& rights = all_scopes) {
  return {shared_deployment(), shared_server(), rights};
}

inline std::string text(const boost::json::object& key, std::string_view field) {
  return std::string(key.at(field).as_string());
}

inline std::vector<std::string> ids(const boost::json::array& keys) {
  std::vector<std::string> result;
  for (const boost::json::value& key : keys) result.push_back(text(key.as_object(), "key_id"));
  return result;
}

/// The created key as every later response shows it.
inline boost::json::object without_text(boost::json::object made) {
  made.erase("key");
  return made;
}

/// The operator's view of one key.
inline boost::json::object listed_by_operator(const Deployment& deployment, const std::string& id) {
  const Finished done = deployment.command({"api-key", "list", "--json"});
  BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
  const boost::json::value parsed = boost::json::parse(done.out);
  for (const boost::json::value& key : parsed.as_array()) {
    if (text(key.as_object(), "id") == id) return key.as_object();
  }
  BOOST_FAIL("the operator's list lacks " << id);
  return {};
}

inline void expect_refusal(const Answer& answer, const std::string& scope) {
  REQUIRE_STATUS(answer, 403);
  BOOST_TEST(answer.text("detail").find(scope) != std::string::npos, answer.body);
  BOOST_TEST(answer.header("WWW-Authenticate") ==
             "Bearer realm=\"tacit\", error=\"insufficient_scope\", scope=\"" + scope + "\"");
}

}  // namespace tacit::test
