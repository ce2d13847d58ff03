#include "test/integration/fallen_api/fallen_deployment.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include "test/integration/fallen_api/operating_guide.hpp"
#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

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

const std::string api_unit = "tacit-api.service";
const std::string tools_unit = "tacit-tools.service";

/// The guide's commands for the fall of the API process.
std::string recovery_commands(const std::string& anchor, const std::string& rekey_options) {
  std::string commands = guide_commands("**The API process fell**");
  replace_in(commands, " --anchor 4711:9f86…", anchor.empty() ? "" : " --anchor " + anchor);
  if (!rekey_options.empty()) replace_in(commands, "rekey --all --restart", "rekey --all --restart " + rekey_options);
  return guide_commands("    restart_all() {") + commands;
}

/// Checks and rewraps end with 1 when they found problems, which they name.
bool may_find_problems(const std::string& words) {
  constexpr std::array<const char*, 4> checks{"verify", "audit ", "key rewrap ", "tenant rekey "};
  return std::ranges::any_of(checks, [&](const char* check) { return words.starts_with(check); });
}

void expect_end(const GuideCommand& command) {
  const bool ended = command.done.status == 0 || (command.done.status == 1 && may_find_problems(command.words));
  BOOST_TEST(ended, command.words << ": " << command.done.status << ": " << command.done.out << command.done.err);
}

Finished first(const std::vector<GuideCommand>& done, const std::string& words) {
  const auto found = std::ranges::find_if(done, [&](const auto& command) { return command.words.starts_with(words); });
  BOOST_REQUIRE_MESSAGE(found != done.end(), "the guide does not call tacit " << words);
  return found->done;
}

Finished last(std::vector<GuideCommand> done, const std::string& words) {
  std::ranges::reverse(done);
  return first(done, words);
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

/// As `systemctl list-units` prints them.
std::string FallenDeployment::units() const {
  const std::string running = " loaded active running Tacit\n";
  return (api ? api_unit + running : std::string()) + (tools ? tools_unit + running : std::string());
}

std::string FallenDeployment::host(const std::string& words) {
  if (words.starts_with("systemctl list-units ")) return units();
  if (words == "systemctl stop tacit-api.socket tacit-api tacit-api@*") {
    stop_api();
  } else if (words == "systemctl try-restart " + api_unit) {
    stop_api();
    start_api();
  } else if (words == "systemctl try-restart " + tools_unit) {
    stop_tools();
    start_tools();
  } else if (!words.starts_with("less ")) {
    throw std::runtime_error("the guide calls what this host does not have: " + words);
  }
  return {};
}

Recovery FallenDeployment::throw_out(const std::string& anchor, const std::string& rekey_options,
                                     std::function<void()> on_findings) {
  attacker.learn();
  const auto answer = [&](const std::string& words) {
    if (on_findings && words.starts_with("less ")) on_findings();
    return host(words);
  };
  const std::vector<GuideCommand> done = follow_guide(deployment, recovery_commands(anchor, rekey_options), answer);
  BOOST_TEST(!api);
  for (const GuideCommand& command : done) expect_end(command);
  start_api();
  return {.before = first(done, "verify"),
          .entries = first(done, "audit verify"),
          .rekey = first(done, "tenant rekey --all --restart"),
          .rewrap = first(done, "key rewrap root"),
          .after = last(done, "verify")};
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
  // The metric changes at once, the rest at the next look of the server's watch.
  const auto raised = [&] {
    return Scrape(server.admin_port()).sum("tacit_audit_history_intact") == 0 &&
           has(ask_admin(server.admin_port(), "/readyz"), "the audit log was rewritten: entry ");
  };
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
