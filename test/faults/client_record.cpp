#include "test/faults/client_record.hpp"

#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

namespace json = boost::json;

namespace tacit::test {
namespace {

/// All numbers have ten digits in values.
constexpr std::uint64_t first_number = 1000000000;

using Stored = std::map<std::string, KnownSecret>;  // by name

/// The stored secrets of a tenant: the list, with the values that the tool plane releases.
Stored stored_secrets(const Server& server, const std::string& user, const std::string& key) {
  Client api(server, key);
  const Answer listed = api.get(secrets_path + "?view=full");
  REQUIRE_STATUS(listed, 200);
  const json::array data = listed.at("data").as_array();
  json::object by_argument;
  for (const json::value& secret : data) by_argument[secret.at("tool_arg").as_string()] = secret.at("secret_name");
  const Answer released = resolve(server, {{"user_id", user}, {"tool_name", "tool"}, {"secrets", by_argument}});
  REQUIRE_STATUS(released, 200);
  const json::object arguments = released.at("arguments").as_object();
  Stored result;
  for (const json::value& secret : data) {
    const std::string argument(secret.at("tool_arg").as_string());
    const json::value& value = arguments.at(argument);
    const std::string text(value.at("value").as_string());
    const Content content{std::stoull(text.substr(0, 10)) - first_number, std::stoull(argument.substr(3))};
    BOOST_TEST(text == content.value());
    BOOST_TEST(std::string(secret.at("display").as_string()) == content.display(), "a mask of another value");
    BOOST_TEST(value.at("secret_id") == secret.at("secret_id"));
    result[std::string(secret.at("secret_name").as_string())] = {
        std::string(secret.at("secret_id").as_string()), content, secret.at("version").to_number<std::uint64_t>()};
  }
  BOOST_TEST(result.size() == data.size());
  BOOST_TEST(api.get("/api/v1/quota").at("count").to_number<std::size_t>() == data.size());
  return result;
}

bool is_as(const Stored& found, const std::string& name, const std::optional<Content>& content) {
  const auto there = found.find(name);
  return content.has_value() == (there != found.end()) && (!content || there->second.content == *content);
}

bool is_acknowledged(const ClientRecord& record, const Stored& found, const std::string& name) {
  const auto known = record.secrets.find(name);
  const auto there = found.find(name);
  if (known == record.secrets.end() || there == found.end()) {
    return (known == record.secrets.end()) == (there == found.end());
  }
  return known->second.id == there->second.id && known->second.content == there->second.content &&
         known->second.version == there->second.version;
}

std::string described(const Stored& secrets, const std::string& name) {
  const auto there = secrets.find(name);
  if (there == secrets.end()) return "nothing";
  return there->second.id + " version " + std::to_string(there->second.version) + " value " +
         std::to_string(there->second.content.value_number) + " argument " +
         std::to_string(there->second.content.argument_number);
}

void compare_doubts(const ClientRecord& record, const Stored& found) {
  for (const SecretDoubt& doubt : record.secret_doubts) {
    bool made = true;
    bool not_made = true;
    std::string text;
    for (const auto& [name, after] : doubt.after) {
      made = made && is_as(found, name, after);
      not_made = not_made && is_acknowledged(record, found, name);
      text += name + ": was " + described(record.secrets, name) + ", is " + described(found, name) + "; ";
    }
    BOOST_TEST((made || not_made), "a change without an answer is neither made nor not made: " << text);
  }
}

void compare_secrets(ClientRecord& record, Stored& found) {
  compare_doubts(record, found);
  for (const auto& [name, known] : record.secrets) {
    if (record.doubts(name)) continue;
    BOOST_TEST(is_acknowledged(record, found, name),
               name << ": acknowledged " << described(record.secrets, name) << ", stored " << described(found, name));
  }
  Stored next;
  for (auto there = found.begin(); there != found.end();) {
    if (!there->first.starts_with(record.prefix)) {
      ++there;
      continue;
    }
    const auto known = record.secrets.find(there->first);
    BOOST_TEST((known != record.secrets.end() || record.doubts(there->first)), there->first << " was never created");
    if (known != record.secrets.end() && known->second.id == there->second.id) {
      there->second.value_numbers = known->second.value_numbers;
    }
    there->second.value_numbers[there->second.version] = there->second.content.value_number;
    next.insert(*there);
    there = found.erase(there);
  }
  record.secrets = std::move(next);
  record.secret_doubts.clear();
}

bool explained(const ClientRecord& record, const std::string& id, const std::string& name) {
  const auto known = record.api_keys.find(id);
  if (known != record.api_keys.end() && known->second.name == name) return true;
  for (const ApiKeyDoubt& doubt : record.api_key_doubts) {
    const bool same = known == record.api_keys.end() ? doubt.id.empty() : doubt.id == id;
    if (same && doubt.name == name) return true;
  }
  return false;
}

void compare_api_keys(const Server& server, ClientRecord& record) {
  Client api(server, record.key);
  const std::string path = "/api/v1/api-keys/";
  const Answer listed = api.get(path);
  REQUIRE_STATUS(listed, 200);
  std::map<std::string, KnownApiKey> next;
  const json::array data = listed.at("data").as_array();
  for (const json::value& key : data) {
    const std::string name(key.at("name").as_string());
    const std::string id(key.at("key_id").as_string());
    if (!name.starts_with(record.prefix)) continue;
    BOOST_TEST(explained(record, id, name), "API key " << id << " named " << name << " was never made");
    const auto known = record.api_keys.find(id);
    if (known == record.api_keys.end()) {
      CHECK_STATUS(api.del(path + id), 200);  // its text is lost
      continue;
    }
    CHECK_STATUS(Client(server, known->second.text).get("/api/v1/quota"), 200);
    next[id] = {name, known->second.text};
  }
  for (const auto& [id, known] : record.api_keys) {
    if (next.contains(id)) continue;
    const auto revokes = [&id = id](const ApiKeyDoubt& doubt) { return doubt.id == id && doubt.name.empty(); };
    BOOST_TEST(std::ranges::any_of(record.api_key_doubts, revokes), "API key " << id << " is lost");
    CHECK_STATUS(Client(server, known.text).get("/api/v1/quota"), 401);
  }
  record.api_keys = std::move(next);
  record.api_key_doubts.clear();
}

}  // namespace

std::string Content::value() const {
  const std::string digits = std::to_string(first_number + value_number);
  return digits + std::string(value_number % 700, 'v') + digits;
}

std::string Content::display() const {
  const std::string text = value();
  const std::size_t shown = std::min<std::size_t>(4, text.size() / 8);
  return text.substr(0, shown) + "****" + text.substr(text.size() - shown);
}

bool ClientRecord::doubts(const std::string& name) const {
  return std::ranges::any_of(secret_doubts, [&](const SecretDoubt& doubt) { return doubt.after.contains(name); });
}

std::vector<ClientRecord> make_records(const Deployment& deployment, std::size_t tenants, std::size_t clients) {
  std::vector<ClientRecord> records(clients);
  for (std::size_t i = 0; i < clients; ++i) {
    ClientRecord& record = records[i];
    record.user = i < tenants ? new_uuid() : records[i % tenants].user;
    record.key = i < tenants ? deployment.create_api_key(record.user, {"--scope", "secrets:read", "--scope",
                                                                       "secrets:write", "--scope", "keys:manage"})
                             : records[i % tenants].key;
    record.prefix = "client " + std::to_string(i) + " ";
  }
  return records;
}

void compare_with_store(const Server& server, std::vector<ClientRecord>& records) {
  std::map<std::string, std::string> keys;  // by user
  for (const ClientRecord& record : records) keys[record.user] = record.key;
  for (const auto& [user, key] : keys) {
    Stored found = stored_secrets(server, user, key);
    for (ClientRecord& record : records) {
      if (record.user != user) continue;
      compare_secrets(record, found);
      record.released.clear();  // a server that is killed has not stored the newest uses
      compare_api_keys(server, record);
    }
    BOOST_TEST(found.empty(), found.size() << " secrets that nobody created");
  }
}

void expect_audited_releases(const Deployment& deployment, std::vector<ClientRecord>& records) {
  const std::string exported = succeed(deployment, {"audit", "export"});
  for (ClientRecord& record : records) {
    for (const std::string& id : record.releases) {
      BOOST_TEST((!id.empty() && exported.find(id) != std::string::npos),
                 "release " << id << " is not in the audit log");
    }
    record.releases.clear();
  }
}

void report_findings(std::vector<ClientRecord>& records) {
  for (ClientRecord& record : records) {
    for (const std::string& finding : record.findings) BOOST_ERROR(record.prefix << finding);
    record.findings.clear();
  }
}

}  // namespace tacit::test
