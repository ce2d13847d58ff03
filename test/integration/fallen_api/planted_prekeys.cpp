// The pool of prekeys is in the database, so an attacker can empty it or fill it with forged ones. New tenants then
// wait for the tool plane; no value is sealed to a forged prekey, and the pool becomes good again without an operator.
#include <chrono>
#include <thread>

#include <boost/json/parse.hpp>

#include "crypto/primitives/random.hpp"
#include "store/rows/prekey.hpp"
#include "test/integration/fallen_api/fallen_deployment.hpp"
#include "test/integration/support/shared_server.hpp"
#include "test/integration/support/succeeding_command.hpp"

using namespace tacit;
using namespace tacit::test;

namespace {

constexpr std::size_t flood = 10'000;
const std::string pool_prefix = "prekey";

std::vector<StoredRow> pool_of(const Attacker& attacker) {
  return attacker.rows(store::Table::meta, crypto::as_bytes(pool_prefix));
}

/// Prekeys of the attacker's own, each with another number.
std::vector<StoredRow> forged_pool(Attacker& attacker) {
  crypto::TenantKey key = attacker.own_certified_key(attacker.own_signer());
  std::vector<StoredRow> forged;
  for (std::size_t i = 0; i < flood; ++i) {
    crypto::random_bytes(key.certificate->number);
    forged.push_back({.table = store::Table::meta,
                      .key = store::prekey_row_key(key.certificate->number),
                      .value = store::encode_prekey(key)});
  }
  return forged;
}

/// The figures of `tacit key prekeys`.
struct Pool {
  std::int64_t usable = 0;
  std::int64_t unusable = 0;
};
Pool shown_pool(const FallenDeployment& fallen) {
  const boost::json::value shown = boost::json::parse(succeed(fallen.deployment, {"key", "prekeys", "--json"}));
  return {.usable = shown.at("prekeys").to_number<std::int64_t>(),
          .unusable = shown.at("unusable").to_number<std::int64_t>()};
}

template <class Done>
void wait_until(Done done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!done() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

void expect_no_prekey(const FallenDeployment& fallen, const Victim& victim) {
  const Answer refused = fallen.create(victim, "refused");
  CHECK_STATUS(refused, 503);
  BOOST_TEST(!refused.header("Retry-After").empty());
  BOOST_TEST(refused.body.find("No key pair is ready for a new tenant") != std::string::npos, refused.body);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fallen_api_prekeys)

BOOST_AUTO_TEST_CASE(without_prekeys_new_tenants_wait_for_the_tool_plane) {
  FallenDeployment fallen;
  std::string secret;
  const Victim known = fallen.new_victim_with("kept", secret);
  const Victim victim = fallen.new_victim();
  fallen.stop_tools();
  fallen.attacker.erase(pool_of(fallen.attacker));

  expect_no_prekey(fallen, victim);
  fallen.make(known, "served");

  fallen.start_tools();
  Answer made;
  wait_until([&] { return (made = fallen.create(victim, "first")).status == 200; });
  REQUIRE_STATUS(made, 200);
  fallen.expect_value(victim, "first");

  const Recovery recovery = fallen.throw_out();
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_safe({known, victim});
}

BOOST_AUTO_TEST_CASE(forged_prekeys_are_not_used_and_the_tool_plane_removes_them) {
  FallenDeployment fallen;
  const Victim victim = fallen.new_victim();
  fallen.stop_tools();
  fallen.attacker.erase(pool_of(fallen.attacker));
  const std::vector<StoredRow> forged = forged_pool(fallen.attacker);
  fallen.attacker.put(forged);

  for (int i = 0; i < 5; ++i) expect_no_prekey(fallen, victim);
  BOOST_TEST(pool_of(fallen.attacker).size() == flood);
  expect_finding(fallen.deployment.command({"verify"}), "is signed by the key " +
                                                            crypto::to_hex(fallen.attacker.own_signer().id) +
                                                            ", which root-public-keyring does not accept");

  fallen.start_tools();
  Pool pool;
  wait_until([&] {
    pool = shown_pool(fallen);
    return pool.unusable == 0 && pool.usable >= 16;
  });
  BOOST_TEST(pool.unusable == 0);
  BOOST_TEST(pool.usable >= 16);
  BOOST_TEST(fallen.deployment.printed().find(R"("event":"prekeys_removed")") != std::string::npos);
  fallen.make(victim, "first");
  fallen.expect_value(victim, "first");
  BOOST_TEST(fallen.attacker.opened().empty() == false);  // the metadata key is still the attacker's
  BOOST_TEST(fallen.attacker.opened().values.empty());

  const Recovery recovery = fallen.throw_out();
  BOOST_TEST(recovery.after.status == 0, recovery.after.out);
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_CASE(forged_prekeys_that_are_left_are_named_and_removed_by_the_guide) {
  FallenDeployment fallen(Settings{{"prekey-pool", "0"}});  // no tool plane that removes them
  const Victim victim = fallen.new_victim();
  fallen.make(victim, "first");
  StoredRow altered = pool_of(fallen.attacker).front();
  altered.value.back() ^= 1U;
  StoredRow cut = pool_of(fallen.attacker).back();
  cut.value.pop_back();
  fallen.attacker.put({altered, cut});

  const Recovery recovery = fallen.throw_out();
  const auto name_of = [](const StoredRow& row) {
    return "prekey " + crypto::to_hex(crypto::ByteView(row.key).subspan(pool_prefix.size()));
  };
  expect_finding(recovery.before, name_of(altered) + ": its row was altered");
  expect_finding(recovery.before, name_of(cut) + ": its row was altered");
  expect_no_finding(recovery.after, "its row was altered");
  fallen.expect_safe({victim});
}

BOOST_AUTO_TEST_SUITE_END()
