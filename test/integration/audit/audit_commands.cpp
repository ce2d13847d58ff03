// The audit log can be shown, followed, exported, verified and pruned while servers run, and the chain stays
// verifiable.
#include <signal.h>

#include <boost/json/parse.hpp>

#include <fstream>
#include <regex>
#include <sstream>
#include <thread>

#include "crypto/keyrings/keyring.hpp"
#include "crypto/primitives/digest.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"
#include "test/integration/support/succeeding_command.hpp"

namespace json = boost::json;
using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string good(const Deployment& deployment, std::vector<std::string> words) {
  words.insert(words.begin(), "audit");
  return succeed(deployment, std::move(words));
}

Finished audit(const Deployment& deployment, std::vector<std::string> words) {
  words.insert(words.begin(), "audit");
  return deployment.command(std::move(words));
}

/// The text after `name` at the beginning of a line.
std::string value_of(const std::string& report, const std::string& name) {
  for (const std::string& line : lines_of(report)) {
    if (line.starts_with(name)) return line.substr(line.find_first_not_of(' ', name.size()));
  }
  return "";
}

std::string head_of(const Deployment& deployment) { return value_of(good(deployment, {"verify"}), "audit head"); }

/// Checks the chain from exported lines alone. Returns the last hash, or that the chain is broken.
std::string follow(const std::vector<std::string>& lines, tacit::crypto::Digest previous = {}) {
  std::string last;
  for (const std::string& line : lines) {
    const json::value entry = json::parse(line);
    const auto sequence = entry.at("sequence").to_number<std::uint64_t>();
    const std::size_t body_at = line.find("\",\"time\"") + 2;
    const std::string body = "{" + line.substr(body_at);
    std::array<std::uint8_t, 8> number{};
    for (std::size_t i = 0; i < 8; ++i) number[i] = static_cast<std::uint8_t>(sequence >> (8 * (7 - i)));
    previous = tacit::crypto::sha256({previous, number, tacit::crypto::as_bytes(body)});
    last = tacit::crypto::to_hex(previous);
    if (last != entry.at("hash").as_string()) return "broken at " + std::to_string(sequence);
  }
  return last;
}

struct Busy {
  explicit Busy(Settings settings = {})
      : deployment(std::move(settings)), server(deployment), tenant(deployment, server) {
    for (int i = 0; i < 5; ++i) add();
  }
  void add() { tenant.create({{"secret_name", std::to_string(made++)}, {"secret_value", "12345678"}}); }

  const Deployment deployment;
  Server server;
  Tenant tenant;
  int made = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_commands)

BOOST_AUTO_TEST_CASE(tail_shows_the_newest_entries_that_match) {
  Busy busy;
  Tenant other(busy.deployment, busy.server);
  other.create({{"secret_name", "n"}, {"secret_value", "12345678"}});
  const auto all = lines_of(good(busy.deployment, {"tail", "--lines", "1000"}));
  BOOST_TEST(all.size() == 8U);  // two keys, six secrets
  const std::regex shape(R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \d+ [a-z_.]+ ok [^ ]+ .*)");
  for (const auto& line : all) BOOST_TEST(std::regex_match(line, shape), line);
  BOOST_TEST(lines_of(good(busy.deployment, {"tail", "--lines", "2"})).size() == 2U);
  BOOST_TEST(lines_of(good(busy.deployment, {"tail", "--lines", "0"})).empty());
  const auto of_tenant = lines_of(good(busy.deployment, {"tail", "--tenant", other.id}));
  BOOST_TEST(of_tenant.size() == 2U);
  for (const auto& line : of_tenant) BOOST_TEST(line.find("tenant=" + other.id) != std::string::npos);
  const std::string actor = "api-key:" + busy.tenant.key.substr(4, 11);
  BOOST_TEST(lines_of(good(busy.deployment, {"tail", "--actor", actor})).size() == 5U);
  BOOST_TEST(lines_of(good(busy.deployment, {"tail", "--actor", actor, "--lines", "3"})).size() == 3U);
  BOOST_TEST(lines_of(good(busy.deployment, {"tail", "--since", "2h"})).size() == 8U);
  BOOST_TEST(lines_of(good(busy.deployment, {"tail", "--since", "7"})).size() == 2U);
  BOOST_TEST(lines_of(good(busy.deployment, {"tail", "--since", "2100-01-01T00:00:00Z"})).empty());
  for (const auto& line : lines_of(good(busy.deployment, {"tail", "--json"}))) {
    BOOST_TEST(json::parse(line).at("sequence").is_int64());
  }
  for (const std::vector<std::string>& bad : std::vector<std::vector<std::string>>{
           {"tail", "--since", "yesterday"}, {"tail", "--tenant", "x"}, {"tail", "--lines", "-1"}, {"prune"}}) {
    BOOST_TEST(audit(busy.deployment, bad).status == 2);
  }
}

BOOST_AUTO_TEST_CASE(tail_follows_until_a_signal) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Busy busy;
    const auto out = busy.deployment.folder() / "out";
    Process tail({TACIT_BINARY, "audit", "tail", "--follow", "--json", "--lines", "1", "--config",
                  busy.deployment.config().string()},
                 out, busy.deployment.folder() / "err");
    const auto shown = [&] { return lines_of(std::filesystem::exists(out) ? read_file(out) : ""); };
    const auto wait_for = [&](std::size_t count) {
      for (int i = 0; i < 1500 && shown().size() < count; ++i) std::this_thread::sleep_for(20ms);
      return shown().size();
    };
    BOOST_TEST(wait_for(1) == 1U);
    for (int i = 0; i < 3; ++i) busy.add();
    BOOST_TEST(wait_for(4) == 4U);
    tail.signal(signal);
    BOOST_TEST((tail.wait(20s) == 0));
    std::int64_t sequence = 5;
    for (const auto& line : shown()) BOOST_TEST(json::parse(line).at("sequence").as_int64() == ++sequence);
  }
}

BOOST_AUTO_TEST_CASE(an_export_can_be_checked_by_itself) {
  Busy busy;
  REQUIRE_STATUS(Client(busy.server, "no-such-key").get(secrets_path), 401);
  const Finished done = audit(busy.deployment, {"export"});
  BOOST_TEST(done.status == 0);
  const auto lines = lines_of(done.out);
  BOOST_TEST(lines.size() == 7U);
  const std::string head = head_of(busy.deployment);
  BOOST_TEST(follow(lines) == head.substr(head.find(':') + 1));
  BOOST_TEST(done.err == "Exported 7 entries, 1 to " + head + ".\n");
  const auto some = lines_of(good(busy.deployment, {"export", "--since", "3", "--until", "6"}));
  BOOST_TEST((some == std::vector<std::string>(lines.begin() + 2, lines.begin() + 5)));
  BOOST_TEST(lines_of(good(busy.deployment, {"export", "--since", "1h"})).size() == 7U);
  BOOST_TEST(lines_of(good(busy.deployment, {"export", "--until", "1h"})).empty());
  const std::string time(json::parse(lines.at(3)).at("time").as_string());
  BOOST_TEST((lines_of(good(busy.deployment, {"export", "--since", time})) ==
              std::vector<std::string>(lines.begin() + 3, lines.end())));
  BOOST_TEST((lines_of(good(busy.deployment, {"export", "--until", time})) ==
              std::vector<std::string>(lines.begin(), lines.begin() + 3)));
  // An altered entry is still printed as text, and the exit code reports it.
  BOOST_REQUIRE(busy.server.stop() == 0);
  for (const Row& row : read_rows(busy.deployment.store())) {
    if (row.table != "audit" || row.key.back() != 4) continue;
    std::string altered = row.value;
    altered[altered.size() - 2] = '\x1b';
    write_row(busy.deployment.store(), "audit", row.key, altered);
  }
  const Finished broken = audit(busy.deployment, {"export"});
  BOOST_TEST(broken.status == 1);
  BOOST_TEST(lines_of(broken.out).size() == 7U);
  BOOST_TEST(json::parse(lines_of(broken.out).at(3)).as_object().contains("stored"));
  BOOST_TEST(broken.err.find("1 of them do not match the chain") != std::string::npos);
  BOOST_TEST(audit(busy.deployment, {"verify"}).status == 1);
  BOOST_TEST(audit(busy.deployment, {"prune", "--before", "6", "--yes"}).status == 1);
  BOOST_TEST(good(busy.deployment, {"tail"}).find("FAULT=") != std::string::npos);
  BOOST_TEST(good(busy.deployment, {"tail"}).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_truncated_log_is_found_by_the_heads_in_the_servers_log) {
  Busy busy(Settings{{"audit-head-log", "1"}});
  const auto heads = [&] {
    std::vector<std::string> found;
    for (const auto& line : lines_of(busy.deployment.printed())) {
      const json::value entry = json::parse(line);
      if (entry.at("event").as_string() != "audit_head") continue;
      found.push_back(std::to_string(entry.at("sequence").as_int64()) + ":" +
                      std::string(entry.at("hash").as_string()));
    }
    return found;
  };
  const auto before = heads().size();
  BOOST_TEST(before >= 1U);  // at start
  for (int i = 0; i < 1500 && heads().size() < before + 2; ++i) std::this_thread::sleep_for(20ms);
  BOOST_TEST(heads().size() >= before + 2);
  busy.add();
  BOOST_REQUIRE(busy.server.stop() == 0);
  const std::string last = heads().back();
  BOOST_TEST(last == head_of(busy.deployment));  // at stop, after the last change
  BOOST_TEST(good(busy.deployment, {"verify", "--anchor", last}).find("anchor         found") != std::string::npos);
  good(busy.deployment, {"verify", "--anchor", last.substr(last.find(':') + 1)});
  for (const Row& row : read_rows(busy.deployment.store())) {
    if (row.table == "audit" && std::to_string(row.key.back()) == last.substr(0, last.find(':'))) {
      write_row(busy.deployment.store(), "audit", row.key, std::nullopt);
    }
  }
  good(busy.deployment, {"verify"});
  const Finished cut = audit(busy.deployment, {"verify", "--anchor", last});
  BOOST_TEST(cut.status == 1);
  BOOST_TEST(cut.out.find("the anchor " + last + " names an entry that is missing") != std::string::npos);
  BOOST_TEST(audit(busy.deployment, {"verify", "--anchor", "x"}).status == 2);
}

BOOST_AUTO_TEST_CASE(prune_beside_a_server_leaves_a_valid_chain) {
  Busy busy;
  const std::string anchor = head_of(busy.deployment);
  BOOST_TEST(good(busy.deployment, {"prune", "--before", "1h", "--yes"}) == "There are no earlier entries.\n");
  const std::string told = good(busy.deployment, {"prune", "--before", "4", "--yes"});
  BOOST_TEST(told.starts_with("Pruned 3 entries, the newest one 3:"), told);
  busy.add();
  const std::string report = good(busy.deployment, {"verify", "--anchor", anchor});
  BOOST_TEST(value_of(report, "audit entries") == "5");
  BOOST_TEST(value_of(report, "pruned").starts_with("through 3:"), report);
  BOOST_TEST(value_of(report, "pruned").find(" by operator:") != std::string::npos, report);
  busy.deployment.verify();
  const auto lines = lines_of(good(busy.deployment, {"export"}));
  BOOST_TEST(lines.size() == 5U);
  BOOST_TEST(lines.at(3).find("audit.prune") != std::string::npos);
  const std::string through = value_of(report, "pruned").substr(8, 2 + 64);
  tacit::crypto::Digest previous{};
  for (std::size_t i = 0; i < previous.size(); ++i) {
    previous[i] = static_cast<std::uint8_t>(std::stoi(through.substr(2 + 2 * i, 2), nullptr, 16));
  }
  const std::string head = head_of(busy.deployment);
  BOOST_TEST(follow(lines, previous) == head.substr(head.find(':') + 1));
  // Everything but the newest entry, by time.
  std::this_thread::sleep_for(1s);
  BOOST_TEST(good(busy.deployment, {"prune", "--before", "1s", "--yes"}).starts_with("Pruned 4 entries"));
  BOOST_TEST(value_of(good(busy.deployment, {"verify"}), "audit entries") == "2");
  busy.deployment.verify();
}

BOOST_AUTO_TEST_CASE(prune_on_a_terminal_requires_yes) {
  Busy busy;
  const auto on_terminal = [&](const std::string& more) {
    const std::string command =
        std::string(TACIT_BINARY) + " audit prune --before 4 --config " + busy.deployment.config().string() + more;
    return run({"/usr/bin/script", "-qec", command, "/dev/null"});
  };
  const Finished refused = on_terminal("");
  BOOST_TEST(refused.status == 1);  // no answer was typed
  BOOST_TEST(refused.out.find("prune 3 entries") != std::string::npos, refused.out);
  BOOST_TEST(refused.out.find("nothing was done") != std::string::npos, refused.out);
  BOOST_TEST(lines_of(good(busy.deployment, {"export"})).size() == 6U);
  const Finished done = on_terminal(" --yes");
  BOOST_TEST(done.status == 0, done.out);
  BOOST_TEST(lines_of(good(busy.deployment, {"export"})).size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
