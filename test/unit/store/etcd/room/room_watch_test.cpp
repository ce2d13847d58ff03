// The look at the cluster, the compaction of its history, and pinned revisions.
#include "store/etcd/room/room_watch.hpp"

#include <boost/test/unit_test.hpp>

#include "store/etcd/room/compactor.hpp"
#include "store/etcd/room/pin_rows.hpp"
#include "store/etcd/room/revision_pin.hpp"
#include "test/unit/store/etcd/scripted_client_fixture.hpp"

using namespace std::chrono_literals;
using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

struct Fixture {
  std::shared_ptr<ManualSchedule> schedule = std::make_shared<ManualSchedule>();
  std::shared_ptr<ScriptedCluster> cluster = std::make_shared<ScriptedCluster>(schedule);
  std::shared_ptr<ScriptedClient> client = std::make_shared<ScriptedClient>(cluster);
  KeyMap keys{"main"};

  /// A change a second.
  void work(std::chrono::seconds time) {
    for (auto left = time; left > 0s; left -= 1s) {
      cluster->put(keys.head(slot_of(SlotOwner::api, 1)), {1});
      schedule->advance(1s);
    }
  }
};

bool has(const std::optional<std::string>& words, const char* part) {
  return words && words->find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(etcd_room_watch, Fixture)

BOOST_AUTO_TEST_CASE(a_healthy_cluster_refuses_nothing) {
  const RoomWatch room(client, schedule, keys, {});
  BOOST_TEST(!room.health().asked);
  schedule->advance(1s);
  BOOST_TEST(room.health().asked);
  BOOST_TEST(room.health().quorum);
  BOOST_TEST(!room.refuses(Growth::refuses));
  BOOST_TEST(!room.unwilling());
}

BOOST_AUTO_TEST_CASE(an_alarm_is_seen_within_a_second_and_ends_when_it_is_disarmed) {
  RoomWatch room(client, schedule, keys, {});
  schedule->advance(1500ms);
  client->statuses[1]->errors = {"memberID:2 alarm:NOSPACE "};
  schedule->advance(1s);
  BOOST_TEST(has(room.refuses(Growth::shrinks), "NOSPACE"));
  client->statuses[1]->errors.clear();
  schedule->advance(1s);
  BOOST_TEST(!room.refuses(Growth::shrinks));
  room.note_no_room();
  BOOST_TEST(has(room.refuses(Growth::shrinks), "NOSPACE"));
  schedule->advance(2s);
  BOOST_TEST(!room.refuses(Growth::shrinks));
}

BOOST_AUTO_TEST_CASE(a_cluster_without_a_majority_takes_no_changes) {
  const RoomWatch room(client, schedule, keys, {});
  schedule->advance(1s);
  client->failure = RpcFailure{RpcErrc::unreachable, "no leader"};
  schedule->advance(11s);
  BOOST_TEST(has(room.unwilling(), "no leader"));
  BOOST_TEST(!room.health().quorum);
  BOOST_TEST((room.silence() >= 10s));
  client->failure.reset();
  schedule->advance(2s);
  BOOST_TEST(!room.unwilling());
  BOOST_TEST((room.silence() <= 2s));
}

BOOST_AUTO_TEST_CASE(an_old_member_is_named) {
  const RoomWatch room(client, schedule, keys, {});
  client->statuses[2]->version = "3.5.9";
  schedule->advance(1s);
  BOOST_TEST(has(room.unwilling(), "3.5.9 at c:2379"));
}

BOOST_AUTO_TEST_CASE(history_is_kept_for_the_time_that_is_set) {
  const Compactor compactor(client, schedule, keys, {});
  work(295s);
  BOOST_TEST(client->compactions.empty());
  work(600s);
  BOOST_TEST_REQUIRE(!client->compactions.empty());
  // A revision a second: at least five minutes are left, and at most seven.
  const auto left = cluster->revision - client->compactions.back();
  BOOST_TEST(left >= 300);
  BOOST_TEST(left <= 430);
  BOOST_TEST(compactor.figures().holds_lease);
}

BOOST_AUTO_TEST_CASE(one_process_compacts_and_another_takes_over) {
  const auto other = std::make_shared<ScriptedClient>(cluster);
  const Compactor one(client, schedule, keys, {});
  const Compactor two(other, schedule, keys, {});
  work(900s);
  BOOST_TEST(one.figures().holds_lease);
  BOOST_TEST(!two.figures().holds_lease);
  BOOST_TEST(other->compactions.empty());
  client->failure = RpcFailure{RpcErrc::unreachable, "killed"};
  work(600s);
  BOOST_TEST(two.figures().holds_lease);
  BOOST_TEST(!other->compactions.empty());
}

BOOST_AUTO_TEST_CASE(a_pinned_revision_is_not_compacted) {
  const Compactor compactor(client, schedule, keys, {});
  work(10s);
  auto pin = RevisionPin::begin(client, schedule, keys, cluster->revision);
  BOOST_TEST(pin->lost());  // until etcd has it
  schedule->advance(10ms);
  BOOST_TEST(!pin->lost());
  const std::int64_t pinned = pin->revision();
  work(900s);
  BOOST_TEST(!pin->lost());
  BOOST_TEST(cluster->compacted <= pinned);
  pin.reset();
  work(120s);
  BOOST_TEST(cluster->compacted > pinned);
}

BOOST_AUTO_TEST_CASE(the_pin_of_a_process_that_sleeps_is_lost) {
  const auto pin = RevisionPin::take(client, schedule, keys, 0, Clock::now() + 5s);
  BOOST_TEST_REQUIRE(pin.has_value());
  BOOST_TEST((*pin)->revision() > 0);
  BOOST_TEST(!(*pin)->lost());
  schedule->sleep(61s);
  BOOST_TEST((*pin)->lost());
}

BOOST_AUTO_TEST_CASE(a_revision_that_is_gone_cannot_be_pinned) {
  cluster->revision = 100;
  cluster->compacted = 50;
  const auto pin = RevisionPin::take(client, schedule, keys, 40, Clock::now() + 5s);
  BOOST_TEST_REQUIRE(!pin.has_value());
  BOOST_TEST((pin.error().code == RpcErrc::compacted));
}

BOOST_AUTO_TEST_CASE(a_pin_that_cannot_be_read_stops_compaction) {
  KeyValue row;
  row.value = encode_pin(7);
  KeyValue other;
  other.value = encode_pin(5);
  BOOST_TEST((lowest_pin({row, other}) == 5));
  other.value = {1, 2};
  BOOST_TEST((lowest_pin({row, other}) == 1));
  BOOST_TEST(!lowest_pin({}));
}

BOOST_AUTO_TEST_SUITE_END()
