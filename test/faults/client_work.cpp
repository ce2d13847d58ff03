#include "test/faults/client_work.hpp"

#include <boost/json/serialize.hpp>

#include <stdexcept>
#include <thread>

namespace json = boost::json;
using namespace std::chrono_literals;

namespace tacit::test {
namespace {

const std::string api_keys_path = "/api/v1/api-keys/";
constexpr std::size_t most_findings = 20;

json::object fields_of(const std::string& name, const Content& content) {
  return {{"secret_name", name}, {"secret_value", content.value()}, {"tool_arg", content.argument()}};
}

std::uint64_t index_of(const std::string& prefix) { return std::stoull(prefix.substr(prefix.find(' ') + 1)); }

}  // namespace

ClientWork::ClientWork(const Server& server, ClientRecord& record, std::uint64_t seed, WorkTerms terms)
    : record_(record),
      terms_(std::move(terms)),
      index_(index_of(record.prefix)),
      random_(seed),
      api_(server, record.key),
      tools_(server.tools_client(), {}) {}

void ClientWork::run(const std::atomic<bool>& over) {
  while (!over && record_.findings.size() < most_findings) {
    try {
      once();
      if (terms_.pause > 0us) std::this_thread::sleep_for(terms_.pause);
    } catch (const TransportError& error) {
      if (!terms_.survives_errors) return;
      std::this_thread::sleep_for(20ms);
    } catch (const std::exception& error) {
      record_.findings.emplace_back(error.what());
    }
  }
}

void ClientWork::once() {
  switch (random_() % 16) {
    case 0:
      return read_one();
    case 1:
      return read_list();
    case 2:
      return resolve_one();
    case 3:
      return resolve_many();
    case 4:
      return report();
    case 5:
      return create_batch();
    case 6:
      return change_api_key();
    default:
      return change_secret();
  }
}

Answer ClientWork::ask(Client& client, std::string_view method, const std::string& target, const json::value* body,
                       const Headers& headers) {
  const auto begin = std::chrono::steady_clock::now();
  Answer answer = client.request(method, target, body == nullptr ? std::string() : json::serialize(*body), headers);
  ++record_.answered;
  const bool reads = method == "GET" || target.starts_with("/tool/");
  if (terms_.measured) terms_.measured(std::chrono::steady_clock::now() - begin, !reads);
  return answer;
}

ClientWork::Verdict ClientWork::judge(const Answer& answer, int fine) {
  if (answer.status == fine) return Verdict::made;
  ++record_.refused;
  // Nothing was changed.
  if (answer.status == 507 || answer.status == 429) return Verdict::refused;
  // The store says so also when it did not answer in time.
  if (answer.status == 503) {
    return answer.body.find("The store is not available") != std::string::npos ? Verdict::open : Verdict::refused;
  }
  if (answer.status == 500 && terms_.survives_errors && answer.body.find("integrity") == std::string::npos) {
    return Verdict::open;
  }
  throw std::runtime_error("status " + std::to_string(answer.status) + " instead of " + std::to_string(fine) + ": " +
                           answer.body);
}

bool ClientWork::changed(SecretDoubt doubt, const std::function<Answer()>& request, Answer& answer, int fine) {
  record_.secret_doubts.push_back(std::move(doubt));
  answer = request();
  const Verdict verdict = judge(answer, fine);
  if (verdict == Verdict::open) return false;
  record_.secret_doubts.pop_back();
  if (verdict == Verdict::made) ++record_.acknowledged;
  return verdict == Verdict::made;
}

bool ClientWork::changed(ApiKeyDoubt doubt, const std::function<Answer()>& request, Answer& answer) {
  record_.api_key_doubts.push_back(std::move(doubt));
  answer = request();
  const Verdict verdict = judge(answer, 200);
  if (verdict == Verdict::open) return false;
  record_.api_key_doubts.pop_back();
  if (verdict == Verdict::made) ++record_.acknowledged;
  return verdict == Verdict::made;
}

void ClientWork::learn(const std::string& name, const Content& content, const json::value& secret) {
  KnownSecret& known = record_.secrets[name];
  const std::string id(secret.at("secret_id").as_string());
  if (known.id != id) known.value_numbers.clear();
  known.id = id;
  known.content = content;
  known.version = secret.at("version").to_number<std::uint64_t>();
  known.value_numbers[known.version] = content.value_number;
  if (std::string(secret.at("display").as_string()) != content.display()) {
    throw std::runtime_error("a mask of another value: " + json::serialize(secret));
  }
}

std::map<std::string, KnownSecret>::iterator ClientWork::some_secret() {
  const auto found = record_.secrets.find(some_name());
  return found != record_.secrets.end() && record_.doubts(found->first) ? record_.secrets.end() : found;
}

void ClientWork::change_secret() {
  const std::string name = some_name();
  if (record_.doubts(name)) return;
  const auto known = record_.secrets.find(name);
  if (random_() % 8 == 0) return put(name);
  if (known == record_.secrets.end()) return create(name);
  switch (random_() % 8) {
    case 0:
    case 1:
      return remove(name, known->second);
    case 2:
    case 3:
      return roll_back(name, known->second);
    case 4:
      return remove_version(name, known->second);
    default:
      return update(name, known->second);
  }
}

void ClientWork::create(const std::string& name) {
  const Content content = new_content();
  const json::value body = fields_of(name, content);
  Headers headers;
  if (random_() % 4 == 0) headers.emplace_back("Idempotency-Key", std::to_string(random_()));
  Answer answer;
  SecretDoubt doubt;
  doubt.after[name] = content;
  const auto request = [&] { return ask(api_, "POST", secrets_path + "?view=full", &body, headers); };
  if (changed(std::move(doubt), request, answer)) learn(name, content, answer.json());
}

void ClientWork::put(const std::string& name) {
  const Content content = new_content();
  const json::value body = fields_of(name, content);
  Answer answer;
  SecretDoubt doubt;
  doubt.after[name] = content;
  const auto request = [&] { return ask(api_, "PUT", secrets_path + "by-name?view=full", &body); };
  if (changed(std::move(doubt), request, answer)) learn(name, content, answer.json());
}

void ClientWork::create_batch() {
  SecretDoubt doubt;
  json::array secrets;
  for (std::size_t i = 0; i < terms_.names && secrets.size() < 4; ++i) {
    const std::string name = record_.prefix + std::to_string(i);
    if (record_.secrets.contains(name) || record_.doubts(name)) continue;
    const Content content = new_content();
    doubt.after[name] = content;
    secrets.push_back(fields_of(name, content));
  }
  if (secrets.size() < 2) return;
  const auto contents = doubt.after;
  const json::value body = {{"secrets", secrets}};
  Answer answer;
  const auto request = [&] { return ask(api_, "POST", secrets_path + "batch?view=full", &body); };
  if (!changed(std::move(doubt), request, answer)) return;
  const json::array made = answer.at("data").as_array();
  if (made.size() != secrets.size()) throw std::runtime_error("a batch of another size: " + answer.body);
  for (const json::value& secret : made) {
    const std::string name(secret.at("secret_name").as_string());
    learn(name, *contents.at(name), secret);
  }
}

void ClientWork::update(const std::string& name, KnownSecret& known) {
  Content content = known.content;
  json::object fields;
  const auto what = random_() % 4;
  if (what != 0) {
    content.value_number = new_number();
    fields["secret_value"] = content.value();
  }
  if (what < 2) {
    content.argument_number = new_number();
    fields["tool_arg"] = content.argument();
  }
  if (random_() % 16 == 0) fields["discard_previous"] = true;
  const json::value body = fields;
  Answer answer;
  SecretDoubt doubt;
  doubt.after[name] = content;
  const auto request = [&] { return ask(api_, "PATCH", secrets_path + known.id + "?view=full", &body); };
  if (changed(std::move(doubt), request, answer)) learn(name, content, answer.json());
}

void ClientWork::remove(const std::string& name, const KnownSecret& known) {
  Answer answer;
  SecretDoubt doubt;
  doubt.after[name] = std::nullopt;
  const auto request = [&] { return ask(api_, "DELETE", secrets_path + known.id); };
  if (changed(std::move(doubt), request, answer)) record_.secrets.erase(name);
}

void ClientWork::roll_back(const std::string& name, KnownSecret& known) {
  const Answer listed = ask(api_, "GET", secrets_path + known.id + "/versions");
  if (judge(listed, 200) != Verdict::made) return;
  const json::array versions = listed.at("data").as_array();
  const json::object chosen = versions[random_() % versions.size()].as_object();
  const auto number = chosen.at("version").to_number<std::uint64_t>();
  const auto value = known.value_numbers.find(number);
  if (value == known.value_numbers.end() || chosen.at("current").as_bool()) return;
  const Content content{value->second, known.content.argument_number};
  const json::value body = {{"version", number}};
  Answer answer;
  SecretDoubt doubt;
  doubt.after[name] = content;
  const auto request = [&] {
    Answer got = ask(api_, "POST", secrets_path + known.id + "/rollback?view=full", &body);
    if (got.status == 409) got.status = 429;  // the argument has changed since: nothing was done
    return got;
  };
  if (changed(std::move(doubt), request, answer)) learn(name, content, answer.json());
}

void ClientWork::remove_version(const std::string& name, KnownSecret& known) {
  const Answer listed = ask(api_, "GET", secrets_path + known.id + "/versions");
  if (judge(listed, 200) != Verdict::made) return;
  const json::array versions = listed.at("data").as_array();
  if (versions.size() < 2) return;
  const auto number = versions.back().at("version").to_number<std::uint64_t>();
  Answer answer;
  SecretDoubt doubt;
  doubt.after[name] = known.content;
  const std::string target = secrets_path + known.id + "/versions/" + std::to_string(number);
  const auto request = [&] { return ask(api_, "DELETE", target); };
  if (changed(std::move(doubt), request, answer)) known.value_numbers.erase(number);
}

void ClientWork::change_api_key() {
  constexpr std::size_t most = 3;
  const std::string name = record_.prefix + "key " + std::to_string(random_() % 1000000);
  Answer answer;
  if (record_.api_keys.size() < most && record_.api_key_doubts.size() < most) {
    const json::value body = {{"name", name}, {"scopes", {"secrets:read"}}};
    const auto request = [&] { return ask(api_, "POST", api_keys_path, &body); };
    if (changed(ApiKeyDoubt{{}, name}, request, answer)) {
      record_.api_keys[answer.text("key_id")] = {name, answer.text("key")};
    }
    return;
  }
  if (record_.api_keys.empty()) return;
  const auto known =
      std::next(record_.api_keys.begin(), static_cast<std::ptrdiff_t>(random_() % record_.api_keys.size()));
  const std::string id = known->first;
  const auto same = [&](const ApiKeyDoubt& doubt) { return doubt.id == id; };
  if (std::ranges::any_of(record_.api_key_doubts, same)) return;
  if (random_() % 2 == 0) {
    const json::value body = {{"name", name}};
    const auto request = [&] { return ask(api_, "PATCH", api_keys_path + id, &body); };
    if (changed(ApiKeyDoubt{id, name}, request, answer)) known->second.name = name;
  } else {
    const auto request = [&] { return ask(api_, "DELETE", api_keys_path + id); };
    if (changed(ApiKeyDoubt{id, {}}, request, answer)) record_.api_keys.erase(known);
  }
}

void ClientWork::read_one() {
  const auto known = some_secret();
  if (known == record_.secrets.end()) return;
  const Answer answer = ask(api_, "GET", secrets_path + known->second.id + "?view=full");
  if (judge(answer, 200) != Verdict::made) return;
  const json::value secret = answer.json();
  if (std::string(secret.at("display").as_string()) != known->second.content.display() ||
      std::string(secret.at("tool_arg").as_string()) != known->second.content.argument() ||
      secret.at("version").to_number<std::uint64_t>() != known->second.version) {
    throw std::runtime_error("not as acknowledged: " + answer.body);
  }
}

void ClientWork::read_list() {
  static const std::vector<std::string> targets = {secrets_path + "?limit=5&view=full", "/api/v1/quota", "/healthz",
                                                   secrets_path + "?tool_name=tool", api_keys_path};
  judge(ask(api_, "GET", targets[random_() % targets.size()]), 200);
}

bool ClientWork::check_value(const std::string& name, const json::value& argument) {
  const KnownSecret& known = record_.secrets.at(name);
  return std::string(argument.at("value").as_string()) == known.content.value() &&
         std::string(argument.at("secret_id").as_string()) == known.id;
}

void ClientWork::resolve_one() {
  const auto known = some_secret();
  if (known == record_.secrets.end()) return;
  const std::string argument = known->second.content.argument();
  const json::value body = {{"user_id", record_.user}, {"tool_name", "tool"}, {"secrets", {{argument, known->first}}}};
  const Answer answer = ask(tools_, "POST", "/tool/v1/resolve", &body);
  if (judge(answer, 200) != Verdict::made) return;
  record_.releases.push_back(answer.header("X-Request-Id"));
  record_.released.insert(known->second.id);
  if (!check_value(known->first, answer.at("arguments").at(argument))) {
    throw std::runtime_error("another value than acknowledged of " + known->second.id);
  }
}

void ClientWork::resolve_many() {
  json::array tools;
  std::vector<std::string> names;
  for (const auto& [name, known] : record_.secrets) {
    if (record_.doubts(name)) continue;
    names.push_back(name);
    tools.push_back(
        {{"tool_name", "tool " + std::to_string(names.size())}, {"secrets", {{known.content.argument(), name}}}});
  }
  if (names.empty()) return;
  const json::value body = {{"user_id", record_.user}, {"tools", tools}};
  const Answer answer = ask(tools_, "POST", "/tool/v1/resolve-many", &body);
  if (judge(answer, 200) != Verdict::made) return;
  record_.releases.push_back(answer.header("X-Request-Id"));
  const json::array results = answer.at("results").as_array();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const KnownSecret& known = record_.secrets.at(names[i]);
    if (!check_value(names[i], results.at(i).at("arguments").at(known.content.argument()))) {
      throw std::runtime_error("another value than acknowledged of " + known.id);
    }
  }
}

void ClientWork::report() {
  const auto known = some_secret();
  if (known == record_.secrets.end() || !record_.released.contains(known->second.id)) return;
  const json::value body = {{"user_id", record_.user},
                            {"tool_name", "tool"},
                            {"secret_id", known->second.id},
                            {"outcome", "rejected_upstream"}};
  Answer answer = ask(tools_, "POST", "/tool/v1/report", &body);
  judge(answer, 204);
}

}  // namespace tacit::test
