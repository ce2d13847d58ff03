// An attacker with the audit key of the API plane can rewrite the log's chain, but cannot sign for the other planes.
// Running servers raise an alarm, running commands report it, and `tacit audit verify` names the entries, also with a
// head that was kept elsewhere.
#include <chrono>
#include <stdexcept>
#include <thread>

#include "test/integration/fallen_api/fallen_deployment.hpp"
#include "test/integration/fallen_api/forged_log.hpp"
#include "test/integration/support/shared_server.hpp"

using namespace tacit;
using namespace tacit::test;

namespace {

/// Blames another tool for each release.
void blame_another_tool(std::string& body) {
  const std::string tool = R"("tool":"tool_kept")";
  const std::size_t found = body.find(tool);
  if (found != std::string::npos) body.replace(found, tool.size(), R"("tool":"tool_else")");
}

/// A command of the deployment that runs beside the test.
class Running {
 public:
  Running(const Deployment& deployment, const std::string& name, std::vector<std::string> words)
      : out_(deployment.folder() / (name + ".out")), err_(deployment.folder() / (name + ".err")) {
    words.insert(words.begin(), TACIT_BINARY);
    words.insert(words.end(), {"--config", deployment.config().string()});
    process_ = std::make_unique<Process>(words, out_, err_);
  }
  std::string out() const { return read_file(out_); }
  std::string err() const { return read_file(err_); }
  Process& process() { return *process_; }

 private:
  std::filesystem::path out_;
  std::filesystem::path err_;
  std::unique_ptr<Process> process_;
};

/// Requires that the text appears within two minutes.
template <class Text>
void wait_for(Text text, const std::string& part) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (text().find(part) == std::string::npos) {
    BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline, "not found: " << part << "\nin: " << text());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

bool is_named(const Finished& check, const std::string& words) { return check.out.find(words) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(fallen_api_rewritten_log)

BOOST_AUTO_TEST_CASE(a_rewritten_log_raises_an_alarm_and_lacks_signatures) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const std::uint64_t from = newest_of(fallen.attacker, "secret.create").mark.sequence;
  fallen.expect_value(victim, "kept");
  fallen.make(victim, "later");
  const std::string head = fallen.audit_head();
  rewrite_log(fallen.attacker, from, blame_another_tool);

  expect_alarm(fallen, *fallen.tools);
  expect_alarm(fallen, *fallen.api);
  fallen.make(victim, "served");
  fallen.expect_value(victim, "served");

  const Recovery recovery = fallen.throw_out(head);
  expect_finding(recovery.before, "the plane tools is not signed");
  expect_finding(recovery.entries, "the plane tools is not signed");
  expect_finding(recovery.after, "the plane tools is not signed");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(commands_that_run_meanwhile_report_a_rewritten_log) {
  FallenDeployment fallen;
  const Deployment& deployment = fallen.deployment;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const std::uint64_t from = newest_of(fallen.attacker, "secret.create").mark.sequence;
  fallen.expect_value(victim, "kept");
  for (int i = 0; i < 40; ++i) fallen.make(victim, "n" + std::to_string(i));
  const Running feed(deployment, "feed", {"audit", "feed", "--to", "-"});
  const Running tail(deployment, "tail", {"audit", "tail", "--follow"});
  Running rekey(deployment, "rekey", {"tenant", "rekey", "--tenant", victim.id, "--rate", "2"});  // 20 s
  for (const Running* reader : {&feed, &tail}) wait_for([&] { return reader->out(); }, "tenant.rekey");
  rewrite_log(fallen.attacker, from, blame_another_tool);

  const std::string warning = "tacit: the audit log was rewritten: entry ";
  for (const Running* reader : {&feed, &tail}) wait_for([&] { return reader->err(); }, warning);
  wait_for([&] { return feed.out(); }, R"({"event":"audit_history_changed","sequence":)");
  BOOST_TEST((rekey.process().wait(std::chrono::minutes(2)) == 1), rekey.out() << rekey.err());
  BOOST_TEST(rekey.err().find(warning) != std::string::npos, rekey.err());
  BOOST_TEST(rekey.out().find("rekeyed 1 tenant, 41 secrets") != std::string::npos, rekey.out());
}

BOOST_AUTO_TEST_CASE(a_log_that_was_cut_off_raises_an_alarm_and_lacks_its_anchor) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const std::uint64_t last = newest_of(fallen.attacker, "secret.create").mark.sequence;
  fallen.expect_value(victim, "kept");
  const std::string head = fallen.audit_head();
  cut_log(fallen.attacker, last);

  expect_alarm(fallen, *fallen.tools);
  fallen.expect_value(victim, "kept");  // its entry takes the place of the one that is gone
  const Finished anchored = fallen.deployment.command({"audit", "verify", "--anchor", head});
  BOOST_TEST(anchored.status == 1, anchored.out);
  const Recovery recovery = fallen.throw_out(head);
  BOOST_TEST(recovery.entries.status == 1, recovery.entries.out);
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(entries_of_the_api_plane_alone_that_were_cut_off_are_missed_by_their_process) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  fallen.expect_value(victim, "kept");
  const std::uint64_t last = newest_of(fallen.attacker, "secret.release").mark.sequence;
  fallen.make(victim, "hidden");
  const std::string head = fallen.audit_head();
  cut_log(fallen.attacker, last);

  expect_alarm(fallen, *fallen.api);
  const Recovery recovery = fallen.throw_out(head);
  BOOST_TEST(recovery.entries.status == 1, recovery.entries.out);
  BOOST_TEST(recovery.after.status == 1, recovery.after.out);  // a secret without an entry
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(a_retired_audit_key_signs_nothing_more) {
  FallenDeployment fallen;
  std::string secret;
  const Victim victim = fallen.new_victim_with("kept", secret);
  const Recovery recovery = fallen.throw_out();
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_value(victim, "kept");

  const std::string before = fallen.audit_head();
  append_forged(fallen.attacker, forged_body("api", "secret.delete", R"(,"tenant":")" + victim.id + R"(")"),
                signed_by(fallen.attacker, fallen.attacker.audit_key(), crypto::SigningRole::api));
  const Finished found = fallen.deployment.command({"audit", "verify", "--anchor", before});
  BOOST_TEST(found.status == 1);
  BOOST_TEST(is_named(found, "is signed by the key " + crypto::to_hex(fallen.attacker.audit_key().id) +
                                 ", which was retired after entry "),
             found.out);
  BOOST_TEST(fallen.attacker.opened().empty());
}

BOOST_AUTO_TEST_SUITE_END()
