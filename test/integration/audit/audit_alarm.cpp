// A server notices that another program changed the audit log, keeps serving, and says so everywhere.
#include <thread>

#include "test/integration/support/scrape.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/store_rows.hpp"

using namespace tacit::test;
using namespace std::chrono_literals;

namespace {

struct Watched {
  Watched()
      : deployment(Settings{{"audit-head-log", "1"}, {"admin-listen", "127.0.0.1:0"}}),
        server(deployment),
        tenant(deployment, server) {
    for (int i = 0; i < 3; ++i) add();
    // One more head is logged, so the server has seen these entries.
    BOOST_REQUIRE(comes_true([&] { return heads() >= 2; }));
  }
  void add() { tenant.create({{"secret_name", std::to_string(made++)}, {"secret_value", "12345678"}}); }

  std::size_t heads() const { return count("\"audit_head\""); }
  std::size_t alarms() const { return count("\"audit_history_changed\""); }
  std::size_t count(const std::string& text) const {
    const std::string log = deployment.printed_by_now();
    std::size_t found = 0;
    for (std::size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++found;
    return found;
  }
  template <class Condition>
  static bool comes_true(Condition condition) {
    for (int i = 0; i < 1500; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(20ms);
    }
    return false;
  }
  double intact() const { return Scrape(server.admin_port()).sum("tacit_audit_history_intact"); }
  std::string readiness() { return Client(server, "").get("/readyz").body; }

  const Deployment deployment;
  Server server;
  Tenant tenant;
  int made = 0;
};

/// The newest row of the log.
Row newest_entry(const std::filesystem::path& store) {
  Row newest;
  for (const Row& row : read_rows(store)) {
    if (row.table == "audit" && row.key > newest.key) newest = row;
  }
  return newest;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_alarm)

BOOST_AUTO_TEST_CASE(a_log_that_is_cut_off_beside_a_server_raises_an_alarm_until_its_restart) {
  Watched watched;
  BOOST_TEST(watched.intact() == 1);
  BOOST_TEST(watched.readiness().find("was rewritten") == std::string::npos);
  const Row newest = newest_entry(watched.deployment.store());
  write_row(watched.deployment.store(), "audit", newest.key, std::nullopt);
  BOOST_REQUIRE(Watched::comes_true([&] { return watched.alarms() > 0; }));
  BOOST_TEST(watched.intact() == 0);
  const std::string warning = "the audit log was rewritten: entry " +
                              std::to_string(static_cast<unsigned char>(newest.key.back())) +
                              " is not the one that this process saw; run tacit audit verify";
  BOOST_TEST(Watched::comes_true([&] { return watched.readiness().find(warning) != std::string::npos; }));
  BOOST_TEST(watched.readiness().find("\"status\":\"ready\"") != std::string::npos);
  BOOST_TEST(watched.deployment.printed_by_now().find("\"found\":\"missing\"") != std::string::npos);
  // It still serves, and a new entry in that place does not end the alarm.
  watched.add();
  watched.add();
  const auto heads = watched.heads();
  BOOST_TEST(Watched::comes_true([&] { return watched.heads() >= heads + 2; }));
  BOOST_TEST(watched.intact() == 0);
  BOOST_TEST(watched.alarms() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
