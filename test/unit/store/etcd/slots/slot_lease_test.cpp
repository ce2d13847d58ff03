// The lease of an audit slot: which slot a process takes, and when it does not count any more.
#include "store/etcd/slots/slot_lease.hpp"

#include <boost/test/unit_test.hpp>

#include "store/etcd/slots/free_slot.hpp"
#include "test/unit/store/etcd/scripted_client_fixture.hpp"

using namespace std::chrono_literals;
using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

const AuditSlot first_slot = slot_of(SlotOwner::api, 1);
const AuditSlot second_slot = slot_of(SlotOwner::api, 2);

struct Fixture {
  std::shared_ptr<ManualSchedule> schedule = std::make_shared<ManualSchedule>();
  std::shared_ptr<ScriptedCluster> cluster = std::make_shared<ScriptedCluster>(schedule);
  KeyMap keys{"main"};

  std::shared_ptr<ScriptedClient> client() const { return std::make_shared<ScriptedClient>(cluster); }
  std::unique_ptr<SlotLease> lease(const std::shared_ptr<ScriptedClient>& with) const {
    SlotLeaseOptions options;
    options.owner = SlotOwner::api;
    return std::make_unique<SlotLease>(with, schedule, keys, options);
  }
  bool is_leased(AuditSlot slot) const { return cluster->rows.count(slot_lease_key(keys, slot)) == 1; }
};

void holds(const SlotLease& lease, AuditSlot slot) {
  const auto held = lease.held();
  BOOST_TEST_REQUIRE(held.has_value());
  BOOST_TEST(to_string(held->slot) == to_string(slot));
  BOOST_TEST((held->valid_until > Clock::now()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(slot_lease)

BOOST_AUTO_TEST_CASE(the_lowest_free_slot_is_chosen) {
  BOOST_TEST((lowest_free_slot(SlotOwner::api, {}, std::nullopt) == first_slot));
  BOOST_TEST((lowest_free_slot(SlotOwner::api, {second_slot}, std::nullopt) == first_slot));
  BOOST_TEST((lowest_free_slot(SlotOwner::api, {first_slot}, std::nullopt) == second_slot));
  // Slots of another owner take none of this one's.
  BOOST_TEST((lowest_free_slot(SlotOwner::api, {slot_of(SlotOwner::tools, 1)}, std::nullopt) == first_slot));
  BOOST_TEST((lowest_free_slot(SlotOwner::api, {}, first_slot) == second_slot));
  std::vector<AuditSlot> taken;
  for (std::uint16_t index = 2; index < slots_of_owner; ++index) taken.push_back(slot_of(SlotOwner::api, index));
  BOOST_TEST((lowest_free_slot(SlotOwner::api, taken, first_slot) == first_slot));
  taken.push_back(first_slot);
  BOOST_TEST(!lowest_free_slot(SlotOwner::api, taken, std::nullopt));
}

BOOST_AUTO_TEST_CASE(a_key_names_its_slot) {
  const KeyMap keys("main");
  for (const SlotOwner owner : {SlotOwner::api, SlotOwner::tools, SlotOwner::operators}) {
    const Range range = slot_lease_keys(keys, owner);
    for (const int number : {1, 255, 256, 4095}) {
      const auto index = static_cast<std::uint16_t>(number);
      const Bytes key = slot_lease_key(keys, slot_of(owner, index));
      BOOST_TEST((slot_of_lease_key(keys, key) == slot_of(owner, index)));
      BOOST_TEST((key >= range.key && key < range.end));
    }
  }
  BOOST_TEST(!slot_of_lease_key(keys, keys.lease({})));
  BOOST_TEST(!slot_of_lease_key(KeyMap("other"), slot_lease_key(keys, first_slot)));
}

BOOST_FIXTURE_TEST_CASE(processes_take_different_slots, Fixture) {
  const auto one = lease(client());
  const auto two = lease(client());
  BOOST_TEST(!one->held());
  schedule->advance(1s);
  holds(*one, first_slot);
  holds(*two, second_slot);
  schedule->advance(10min);
  holds(*one, first_slot);
  holds(*two, second_slot);
  BOOST_TEST(one->held()->generation == 1U);
}

BOOST_FIXTURE_TEST_CASE(two_processes_that_choose_the_same_slot_end_with_one_each, Fixture) {
  const auto slow_client = client();
  slow_client->silent = true;
  const auto slow = lease(slow_client);
  schedule->advance(10ms);
  slow_client->answer();  // the lease
  slow_client->silent = true;
  schedule->advance(10ms);
  slow_client->answer();  // the slots: all are free
  slow_client->silent = true;
  schedule->advance(10ms);
  const auto quick = lease(client());
  schedule->advance(10ms);
  holds(*quick, first_slot);
  slow_client->answer();  // its claim of the same slot fails
  schedule->advance(1s);
  holds(*slow, second_slot);
}

BOOST_FIXTURE_TEST_CASE(a_slot_that_was_given_back_is_free_at_once, Fixture) {
  auto one = lease(client());
  schedule->advance(1s);
  one.reset();
  BOOST_TEST(!is_leased(first_slot));
  const auto two = lease(client());
  schedule->advance(1s);
  holds(*two, first_slot);
}

BOOST_FIXTURE_TEST_CASE(the_slot_of_a_dead_process_is_free_after_its_lease, Fixture) {
  const auto dead = client();
  auto one = lease(dead);
  schedule->advance(1s);
  dead->failure = RpcFailure{RpcErrc::unreachable, "killed"};
  one.reset();
  BOOST_TEST(is_leased(first_slot));
  schedule->advance(16s);
  const auto two = lease(client());
  schedule->advance(1s);
  holds(*two, first_slot);
}

BOOST_FIXTURE_TEST_CASE(a_process_that_slept_beyond_its_lease_holds_no_slot_when_it_wakes, Fixture) {
  const auto one = lease(client());
  schedule->advance(1s);
  holds(*one, first_slot);
  schedule->sleep(16s);
  BOOST_TEST(!one->held());  // before any of its jobs has run
  cluster->expire();
  const auto two = lease(client());
  schedule->advance(1s);
  const auto now_held = one->held();
  BOOST_TEST_REQUIRE(now_held.has_value());
  BOOST_TEST(now_held->generation == 2U);
  BOOST_TEST_REQUIRE(two->held().has_value());
  BOOST_TEST((two->held()->slot != now_held->slot));
}

BOOST_FIXTURE_TEST_CASE(a_slot_counts_no_longer_than_its_lease_while_etcd_does_not_answer, Fixture) {
  const auto etcd = client();
  const auto one = lease(etcd);
  schedule->advance(1s);
  etcd->failure = RpcFailure{RpcErrc::unreachable, "no route to a:2379"};
  schedule->advance(13s);
  holds(*one, first_slot);
  schedule->advance(7s);
  BOOST_TEST(!one->held());
  BOOST_TEST(!one->unwilling());
  schedule->advance(11s);
  const auto why = one->unwilling();
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST(why->find("no route to a:2379") != std::string::npos);
  etcd->failure.reset();
  schedule->advance(3s);
  BOOST_TEST(one->held().has_value());
  BOOST_TEST(!one->unwilling());
}

BOOST_FIXTURE_TEST_CASE(a_claim_in_doubt_that_was_applied_counts, Fixture) {
  const auto etcd = client();
  etcd->in_doubt = true;
  const auto one = lease(etcd);
  schedule->advance(1s);
  holds(*one, first_slot);
  BOOST_TEST(!is_leased(second_slot));
}

BOOST_FIXTURE_TEST_CASE(a_lost_slot_is_left_for_another, Fixture) {
  const auto one = lease(client());
  schedule->advance(1s);
  one->lost(second_slot);  // not its own
  holds(*one, first_slot);
  one->lost(first_slot);
  BOOST_TEST(!one->held());
  schedule->advance(1s);
  holds(*one, second_slot);
  BOOST_TEST(one->held()->generation == 2U);
  BOOST_TEST(!is_leased(first_slot));
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_comes_after_the_slot_was_lost_does_not_count, Fixture) {
  const auto etcd = client();
  const auto one = lease(etcd);
  schedule->advance(4s);
  etcd->silent = true;
  schedule->advance(2s);  // the lease is being renewed
  one->lost(first_slot);
  schedule->advance(10ms);
  BOOST_TEST(!one->held());
  etcd->answer();
  schedule->advance(2s);
  holds(*one, second_slot);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_says_what_to_do, Fixture) {
  const auto etcd = client();
  etcd->write_failure = RpcFailure{RpcErrc::refused, "permission denied"};
  const auto one = lease(etcd);
  schedule->advance(11s);
  const auto why = one->unwilling();
  BOOST_TEST_REQUIRE(why.has_value());
  BOOST_TEST(why->find("\"api\"") != std::string::npos);
  BOOST_TEST(why->find("roles") != std::string::npos);
  BOOST_TEST(cluster->leases.size() <= 1U);  // each attempt gives its lease back
}

BOOST_FIXTURE_TEST_CASE(nothing_runs_after_its_end, Fixture) {
  const auto etcd = client();
  etcd->silent = true;
  auto one = lease(etcd);
  schedule->advance(10ms);
  one.reset();
  etcd->answer();
  schedule->advance(1min);
  BOOST_TEST(cluster->rows.empty());
}

BOOST_AUTO_TEST_SUITE_END()
