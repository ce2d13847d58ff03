// kill -9 at any instant under load, of the server and of an operator's command beside it: acknowledged changes are
// stored, changes in flight are stored completely or not at all, acknowledged releases are audited, and every invariant
// holds. TACIT_CRASH_ROUNDS sets the rounds; TACIT_CRASH_SEED repeats a run's choices (not its timing).
#include <cstdlib>
#include <random>

#include "test/faults/client_work.hpp"
#include "test/faults/operator_work.hpp"
#include "test/integration/support/parallel.hpp"
#include "test/integration/support/succeeding_command.hpp"

using namespace tacit::test;

namespace {

constexpr std::size_t tenants = 4;
constexpr std::size_t clients = 32;

unsigned long from_environment(const char* name, unsigned long otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoul(text);
}

/// Clients work until the server is killed at some instant within a quarter of a second.
void work_until_killed(Server& server, std::vector<ClientRecord>& records, std::mt19937_64& random) {
  const auto delay = std::chrono::microseconds(random() % 250000);
  const std::uint64_t seed = random();
  const std::atomic<bool> never{false};
  in_parallel(clients + 1, [&](std::size_t i) {
    if (i < clients) {
      ClientWork(server, records[i], seed + i, {.names = 5}).run(never);
    } else {
      std::this_thread::sleep_for(delay);
      server.kill();
    }
  });
}

void expect_sound(const Deployment& deployment, std::vector<ClientRecord>& records) {
  report_findings(records);
  deployment.verify();
  succeed(deployment, {"audit", "verify"});
  Server again(deployment);
  compare_with_store(again, records);
  expect_audited_releases(deployment, records);
  again.kill();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crash)

BOOST_AUTO_TEST_CASE(kill_9_loses_no_acknowledged_write_and_leaves_no_partial_one) {
  const unsigned long rounds = from_environment("TACIT_CRASH_ROUNDS", 50);
  const unsigned long seed = from_environment("TACIT_CRASH_SEED", std::random_device{}());
  BOOST_TEST_MESSAGE("crash: " << rounds << " rounds, TACIT_CRASH_SEED=" << seed);
  std::mt19937_64 random(seed);

  const Deployment deployment(Settings{{"request-rate", "0"}, {"versions-kept", "2"}});
  std::vector<ClientRecord> records = make_records(deployment, tenants, clients);
  OperatorWork commands(deployment, seed);
  std::size_t in_flight = 0;
  for (unsigned long round = 1; round <= rounds; ++round) {
    commands.change_keys();
    Server server(deployment);
    commands.start();
    BOOST_TEST_CONTEXT("round " << round << ", seed " << seed << ", " << commands.name()) {
      work_until_killed(server, records, random);
      commands.finish(random() % 2 == 0);
      for (const ClientRecord& record : records) in_flight += record.secret_doubts.size();
      expect_sound(deployment, records);
    }
  }
  std::uint64_t acknowledged = 0;
  for (const ClientRecord& record : records) acknowledged += record.acknowledged;
  BOOST_TEST_MESSAGE("crash: " << acknowledged << " changes acknowledged, " << in_flight << " in flight when killed; "
                               << commands.done() << " commands beside, " << commands.killed() << " killed");
  BOOST_TEST(acknowledged > rounds);
  BOOST_TEST(in_flight > rounds);
}

BOOST_AUTO_TEST_SUITE_END()
