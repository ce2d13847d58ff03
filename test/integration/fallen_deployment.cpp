#include "test/integration/fallen_deployment.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include "test/integration/scrape.hpp"
#include "test/integration/shared_server.hpp"
#include "test/integration/succeeding_command.hpp"

namespace tacit::test {
namespace {

namespace json = boost::json;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Settings with_defaults(Settings settings) {
  const Settings defaults = {{"admin-listen", "127.0.0.1:0"}, {"request-rate", "0"},   {"failed-auth-rate", "0"},
                             {"access-log", "off"},           {"audit-head-log", "1"}, {"prekey-pool", "64"}};
  settings.insert(defaults.begin(), defaults.end());
  return settings;
}

/// The id of a new key of that keyring.
std::string add_key(const Deployment& deployment, const std::string& keyring) {
  std::string key = succeed(deployment, {"key", "add", keyring});
  BOOST_REQUIRE(key.size() == 17U);
  key.pop_back();
  return key;
}

/// A command that also ends when it found problems, which it names.
void expect_end(const Finished& done) {
  BOOST_TEST((done.status == 0 || done.status == 1), done.status << ": " << done.out << done.err);
}

}  // namespace

FallenDeployment::FallenDeployment(Settings settings)
    : deployment(with_defaults(std::move(settings))), attacker(deployment) {
  start_api();
  start_tools();
}

void FallenDeployment::start_api() {
  api = std::make_unique<Server>(deployment, std::vector<std::string>{"--plane", "api"});
}

void FallenDeployment::start_tools() {
  tools = std::make_unique<Server>(deployment, std::vector<std::string>{"--plane", "tools"});
}

void FallenDeployment::stop_api() {
  if (!api) return;
  BOOST_TEST(api->stop() == 0);
  api.reset();
}

void FallenDeployment::stop_tools() {
  if (!tools) return;
  BOOST_TEST(tools->stop() == 0);
  tools.reset();
}

Victim FallenDeployment::new_victim() const {
  const std::string id = new_uuid();
  return {.id = id, .api_key = deployment.create_api_key(id)};
}

Victim FallenDeployment::new_victim_with(const std::string& name, std::string& secret) {
  Victim victim = new_victim();
  secret = make(victim, name);
  return victim;
}

Answer FallenDeployment::create(const Victim& victim, const std::string& name) const {
  return Client(*api, victim.api_key)
      .post(secrets_path, {{"secret_name", name},
                           {"secret_value", value_of(name)},
                           {"tool_name", "tool_" + name},
                           {"tool_arg", "key"},
                           {"is_default_for_tool", true}});
}

std::string FallenDeployment::make(const Victim& victim, const std::string& name) const {
  const Answer made = create(victim, name);
  REQUIRE_STATUS(made, 200);
  return made.text("secret_id");
}

Answer FallenDeployment::change(const Victim& victim, const std::string& secret, const json::value& body) const {
  return Client(*api, victim.api_key).patch(secrets_path + secret, body);
}

Answer FallenDeployment::release(const Victim& victim, const std::string& tool) const {
  return resolve(*tools, {{"user_id", victim.id}, {"tool_name", tool}});
}

void FallenDeployment::expect_value(const Victim& victim, const std::string& name, const std::string& value) const {
  const Answer released = release(victim, "tool_" + name);
  REQUIRE_STATUS(released, 200);
  const json::object arguments = released.at("arguments").as_object();
  BOOST_REQUIRE_MESSAGE(arguments.contains("key"), released.body);
  BOOST_TEST(std::string(arguments.at("key").at("value").as_string()) == value);
}

std::string FallenDeployment::audit_head() const {
  const std::string report = deployment.command({"audit", "verify"}).out;
  const std::string name = "audit head";
  const std::size_t found = report.find(name);
  BOOST_REQUIRE_MESSAGE(found != std::string::npos, report);
  const std::size_t from = report.find_first_not_of(' ', found + name.size());
  return report.substr(from, report.find('\n', from) - from);
}

Finished FallenDeployment::command(std::vector<std::string> words, const std::vector<std::string>& more) const {
  words.insert(words.end(), more.begin(), more.end());
  return deployment.command(std::move(words));
}

void FallenDeployment::rotate_audit_key() {
  const std::string old = crypto::to_hex(attacker.audit_key().id);
  const std::string added = add_key(deployment, "audit-api");
  succeed(deployment, {"key", "promote", added});
  stop_tools();
  start_tools();
  succeed(deployment, {"key", "retire", old, "--yes"});
}

void FallenDeployment::rotate_metadata_key() {
  const std::string old = crypto::to_hex(attacker.keys().metadata->primary().id);
  const std::string added = add_key(deployment, "metadata");
  stop_tools();
  start_tools();
  succeed(deployment, {"key", "promote", added});
  stop_tools();
  start_tools();
  expect_end(deployment.command({"key", "rewrap", "metadata", "--rate", "0"}));
  succeed(deployment, {"key", "retire", old, "--yes"});
}

Recovery FallenDeployment::throw_out(const std::string& anchor, const std::vector<std::string>& rekey) {
  attacker.learn();
  stop_api();
  rotate_audit_key();
  Recovery recovery;
  recovery.before = deployment.command({"verify"});
  rotate_metadata_key();
  recovery.rekey = command({"tenant", "rekey", "--all", "--restart", "--rate", "0"}, rekey);
  expect_end(recovery.rekey);
  recovery.rewrap = deployment.command({"key", "rewrap", "root"});
  expect_end(recovery.rewrap);
  recovery.after = deployment.command({"verify"});
  expect_end(recovery.after);
  const std::vector<std::string> anchored = {"--anchor", anchor};
  recovery.entries = command({"audit", "verify"}, anchor.empty() ? std::vector<std::string>{} : anchored);
  expect_end(recovery.entries);
  stop_tools();
  start_tools();
  start_api();
  return recovery;
}

void FallenDeployment::expect_safe(const std::vector<Victim>& victims) {
  for (const Victim& victim : victims) {
    make(victim, "afterwards");
    expect_value(victim, "afterwards");
  }
  make(new_victim(), "afterwards");
  const OpenedBoxes opened = attacker.opened();
  BOOST_TEST(opened.empty(), opened);
}

void expect_finding(const Finished& check, const std::string& words) {
  BOOST_TEST(check.status == 1, check.status << ": " << check.out << check.err);
  BOOST_TEST(has(check.out, words), "not found: " << words << "\nin: " << check.out << check.err);
}

void expect_no_finding(const Finished& check, const std::string& words) {
  BOOST_TEST(!has(check.out, words), "found: " << words << "\nin: " << check.out << check.err);
}

void expect_integrity_entry(const FallenDeployment& fallen, const Victim& victim) {
  const std::string told = succeed(fallen.deployment, {"audit", "tail", "--json", "--tenant", victim.id});
  BOOST_TEST(has(told, R"("action":"secret.integrity")"), told);
}

void expect_alarm(const FallenDeployment& fallen, const Server& server) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  const auto raised = [&] { return Scrape(server.admin_port()).sum("tacit_audit_history_intact") == 0; };
  while (!raised() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  BOOST_TEST(raised());
  const std::string ready = ask_admin(server.admin_port(), "/readyz");
  BOOST_TEST(ready.starts_with("HTTP/1.1 200 "), ready);
  BOOST_TEST(has(ready, "the audit log was rewritten: entry "), ready);
  BOOST_TEST(has(fallen.deployment.printed(), R"("event":"audit_history_changed")"));
}

}  // namespace tacit::test
