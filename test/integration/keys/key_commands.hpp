// Changes keys by commands, like an operator, and records what a client expects of its secrets meanwhile.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

namespace tacit::test {

/// What a client of one tenant knows of its secrets.
struct Known {
  std::string user;
  std::string key;
  std::map<std::string, std::pair<std::string, std::string>> secrets;  // id and value by name
  std::size_t requests = 0;
};

inline std::string value_of(std::size_t n) { return "value " + std::to_string(1'000'000 + n); }

/// Throws unless the status is the one that a request has without a rotation.
inline void expect(const Answer& answer, int status) {
  if (answer.status != status) throw std::runtime_error(std::to_string(answer.status) + ": " + answer.body);
}

inline void create(Client& api, Known& known, std::size_t n) {
  const std::string name = "secret " + std::to_string(n);
  const Answer made = api.post(secrets_path, {{"secret_name", name},
                                              {"secret_value", value_of(n)},
                                              {"tool_name", "tool__" + std::to_string(n) + "__*"},
                                              {"tool_arg", "key"},
                                              {"is_default_for_tool", true}});
  expect(made, 200);
  known.secrets[name] = {made.text("secret_id"), value_of(n)};
}

inline void expect_everything(const Server& server, Known& known) {
  Client api(server, known.key);
  Client tools(server.tools_client(), {});
  BOOST_TEST(api.get(secrets_path).at("data").as_array().size() == known.secrets.size());
  for (const auto& [name, secret] : known.secrets) {
    const Answer one = api.get(secrets_path + secret.first);
    REQUIRE_STATUS(one, 200);
    BOOST_TEST(one.text("secret_name") == name);
    const Answer released =
        tools.post("/tool/v1/resolve", {{"user_id", known.user}, {"tool_name", "tool__" + name.substr(7) + "__x"}});
    REQUIRE_STATUS(released, 200);
    BOOST_TEST((released.at("arguments").at("key").at("value").as_string() == boost::json::string(secret.second)));
  }
}

struct Uses {
  std::string keyring;
  std::string state;
  std::size_t total = 0;
};

/// The output of `tacit key list --uses`, by key, without signing keys and without the pool of prekeys.
inline std::map<std::string, Uses> uses(const Deployment& deployment) {
  const Finished listed = deployment.command({"key", "list", "--uses"});
  BOOST_REQUIRE_MESSAGE(listed.status == 0, listed.err);
  std::map<std::string, Uses> all;
  std::istringstream lines(listed.out);
  std::string line;
  for (std::getline(lines, line); std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    std::string created;
    Uses use;
    std::size_t tenants = 0;
    std::size_t secrets = 0;
    std::size_t api_keys = 0;
    words >> use.keyring >> key >> use.state >> created;
    if (use.keyring != "root" && use.keyring != "metadata") continue;  // signing keys
    words >> tenants >> secrets >> api_keys;
    BOOST_REQUIRE_MESSAGE(words, line);
    use.total = tenants + secrets + api_keys;
    all[key] = use;
  }
  return all;
}

inline std::string primary(const Deployment& deployment, const std::string& keyring) {
  for (const auto& [key, use] : uses(deployment)) {
    if (use.keyring == keyring && use.state == "primary") return key;
  }
  throw std::runtime_error("no primary key");
}

inline std::string add_key(const Deployment& deployment, const std::string& keyring) {
  std::string key = succeed(deployment, {"key", "add", keyring});
  BOOST_REQUIRE(key.size() == 17U);
  key.pop_back();
  return key;
}

inline void expect_refusal(const Deployment& deployment, const std::vector<std::string>& command,
                           const std::string& words) {
  const Finished done = deployment.command(command);
  BOOST_TEST(done.status == 1);
  BOOST_TEST(done.err.find(words) != std::string::npos, done.err);
}

}  // namespace tacit::test
