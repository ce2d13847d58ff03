// kill -9 at any instant under load: acknowledged changes are stored, changes in flight are stored completely or not at
// all, and every invariant holds. TACIT_CRASH_ROUNDS sets the rounds; TACIT_CRASH_SEED repeats a run's choices (not its
// timing).
#include <cstdlib>
#include <random>
#include <set>

#include "test/integration/support/parallel.hpp"
#include "test/integration/support/shared_server.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

constexpr std::size_t tenants = 4;
constexpr std::size_t clients = 32;
constexpr std::size_t names_each = 5;

unsigned long from_environment(const char* name, unsigned long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoul(text);
}

// A secret's value and argument contain the same number, so that a half-made change is visible.
struct Content {
  std::uint64_t number = 0;
  std::string value() const {
    const std::string digits = std::to_string(100000000 + number);
    return digits + std::string(number % 700, 'v') + digits;
  }
  std::string argument() const { return "arg" + std::to_string(number); }
  auto operator<=>(const Content&) const = default;
};

struct Known {
  std::string id;
  Content content;
};

// One client's record of its secrets, which no other client changes.
struct Model {
  std::string key;
  std::string prefix;
  std::map<std::string, Known> there;  // by name, as acknowledged
  // The change without an answer: the name of its secret, and the content if it was made (std::nullopt: deleted).
  std::optional<std::pair<std::string, std::optional<Content>>> in_flight;
  std::uint64_t acknowledged = 0;
};

class Load {
 public:
  Load(const Server& server, Model& model, std::uint64_t seed)
      : model_(model), random_(seed), api_(server, model.key) {}

  // Makes changes until the server is gone.
  void run() {
    try {
      while (true) change();
    } catch (const TransportError&) {
    }
  }

 private:
  void change() {
    const std::string name = model_.prefix + std::to_string(random_() % names_each);
    const Content content{random_() % 100000000};
    const json::value fields = {
        {"secret_name", name}, {"secret_value", content.value()}, {"tool_arg", content.argument()}};
    const auto known = model_.there.find(name);
    if (known == model_.there.end()) {
      model_.in_flight = {name, content};
      const Answer answer = api_.post(secrets_path, fields);
      if (accepted(answer)) model_.there[name] = {answer.text("secret_id"), content};
    } else if (random_() % 3 == 0) {
      model_.in_flight = {name, std::nullopt};
      if (accepted(api_.del(secrets_path + known->second.id))) model_.there.erase(known);
    } else {
      model_.in_flight = {name, content};
      if (accepted(api_.patch(secrets_path + known->second.id, fields))) known->second.content = content;
    }
    model_.in_flight.reset();
  }

  bool accepted(const Answer& answer) {
    if (answer.status == 503) return false;  // it states that nothing was changed
    if (answer.status != 200) throw std::runtime_error("status " + std::to_string(answer.status) + ": " + answer.body);
    ++model_.acknowledged;
    return true;
  }

  Model& model_;
  std::mt19937_64 random_;
  Client api_;
};

using Secrets = std::map<std::string, Known>;  // by name

// The stored secrets of a tenant: the list, with the values that the tool plane releases.
Secrets stored(const Server& server, const std::string& user, const std::string& key) {
  Client api(server, key);
  const Answer listed = api.get(secrets_path);
  REQUIRE_STATUS(listed, 200);
  const json::array data = listed.at("data").as_array();
  json::object by_argument;
  for (const json::value& secret : data) by_argument[secret.at("tool_arg").as_string()] = secret.at("secret_name");
  const Answer released = resolve(server, {{"user_id", user}, {"tool_name", "tool"}, {"secrets", by_argument}});
  REQUIRE_STATUS(released, 200);
  const json::object arguments = released.at("arguments").as_object();
  Secrets result;
  for (const json::value& secret : data) {
    const std::string argument(secret.at("tool_arg").as_string());
    const Content content{std::stoull(argument.substr(3))};
    const json::value& value = arguments.at(argument);
    BOOST_TEST((value.at("value").as_string() == json::string(content.value())),
               "a value and its argument are of different changes");
    BOOST_TEST(value.at("secret_id") == secret.at("secret_id"));
    result[std::string(secret.at("secret_name").as_string())] = {std::string(secret.at("secret_id").as_string()),
                                                                 content};
  }
  BOOST_TEST(result.size() == data.size());
  BOOST_TEST(api.get("/api/v1/quota").at("count").to_number<std::size_t>() == data.size());
  return result;
}

// Compares a client's record with the stored secrets, and records whether the change in flight was made.
void reconcile(Model& model, Secrets& found) {
  std::set<std::string> names;
  for (const auto& [name, known] : model.there) names.insert(name);
  if (model.in_flight) names.insert(model.in_flight->first);
  for (const std::string& name : names) {
    const auto before = model.there.find(name);
    const auto now = found.find(name);
    const bool was_there = before != model.there.end();
    const bool is_there = now != found.end();
    const bool as_acknowledged =
        was_there == is_there &&
        (!is_there || (before->second.id == now->second.id && before->second.content == now->second.content));
    bool as_in_flight = false;
    if (model.in_flight && model.in_flight->first == name) {
      const std::optional<Content>& after = model.in_flight->second;
      as_in_flight =
          after.has_value() == is_there &&
          (!is_there || (now->second.content == *after && (!was_there || before->second.id == now->second.id)));
    }
    BOOST_TEST((as_acknowledged || as_in_flight), name << (was_there ? " was" : " was not") << " acknowledged and "
                                                       << (is_there ? "is there" : "is not there")
                                                       << (model.in_flight ? ", a change was in flight" : ""));
    if (is_there) {
      model.there[name] = now->second;
      found.erase(now);
    } else {
      model.there.erase(name);
    }
  }
  model.in_flight.reset();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crash)

BOOST_AUTO_TEST_CASE(kill_9_loses_no_acknowledged_write_and_leaves_no_partial_one) {
  const unsigned long rounds = from_environment("TACIT_CRASH_ROUNDS", 50);
  const unsigned long seed = from_environment("TACIT_CRASH_SEED", std::random_device{}());
  BOOST_TEST_MESSAGE("crash: " << rounds << " rounds, TACIT_CRASH_SEED=" << seed);
  std::mt19937_64 random(seed);

  const Deployment deployment(Settings{{"request-rate", "0"}});
  std::vector<std::string> users(tenants);
  std::vector<std::string> keys(tenants);
  for (std::size_t i = 0; i < tenants; ++i) {
    users[i] = new_uuid();
    keys[i] = deployment.create_api_key(users[i]);
  }
  std::vector<Model> models(clients);
  for (std::size_t i = 0; i < clients; ++i) {
    models[i].key = keys[i % tenants];
    models[i].prefix = "client " + std::to_string(i) + " secret ";
  }

  std::size_t in_flight = 0;
  for (unsigned long round = 1; round <= rounds; ++round) {
    BOOST_TEST_CONTEXT("round " << round << ", seed " << seed) {
      Server server(deployment);
      const auto delay = std::chrono::microseconds(random() % 250000);
      const std::uint64_t round_seed = random();
      in_parallel(clients + 1, [&](std::size_t i) {
        if (i < clients) {
          Load(server, models[i], round_seed + i).run();
        } else {
          std::this_thread::sleep_for(delay);
          server.kill();
        }
      });
      in_flight += static_cast<std::size_t>(
          std::count_if(models.begin(), models.end(), [](const Model& model) { return model.in_flight.has_value(); }));

      deployment.verify();
      Server again(deployment);
      for (std::size_t tenant = 0; tenant < tenants; ++tenant) {
        Secrets found = stored(again, users[tenant], keys[tenant]);
        for (std::size_t i = tenant; i < clients; i += tenants) reconcile(models[i], found);
        BOOST_TEST(found.empty(), found.size() << " secrets that nobody created");
      }
      again.kill();
    }
  }
  std::uint64_t acknowledged = 0;
  for (const Model& model : models) acknowledged += model.acknowledged;
  BOOST_TEST_MESSAGE("crash: " << acknowledged << " changes acknowledged, " << in_flight << " in flight when killed");
  BOOST_TEST(acknowledged > rounds);
  BOOST_TEST(in_flight > rounds);
}

BOOST_AUTO_TEST_SUITE_END()
