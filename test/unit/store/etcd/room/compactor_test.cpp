// Compaction keeps what is younger than its time, and what a long walk has pinned.
#include "store/etcd/room/compactor.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "store/etcd/room/revision_pin.hpp"
#include "test/unit/store/etcd/scripted_client_fixture.hpp"

using namespace std::chrono_literals;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

Bytes bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }

struct Fixture {
  std::shared_ptr<ManualSchedule> schedule = std::make_shared<ManualSchedule>();
  std::shared_ptr<ScriptedCluster> cluster = std::make_shared<ScriptedCluster>(schedule);
  std::shared_ptr<ScriptedClient> client = another();
  KeyMap keys{"main"};

  std::shared_ptr<ScriptedClient> another() const { return std::make_shared<ScriptedClient>(cluster); }
  std::unique_ptr<Compactor> compactor(const std::shared_ptr<ScriptedClient>& with) const {
    return std::make_unique<Compactor>(with, schedule, keys, CompactorOptions());
  }
  std::unique_ptr<RevisionPin> pin(std::int64_t revision) const {
    return RevisionPin::begin(another(), schedule, keys, revision);
  }
  /// Time passes with a change each second. Checks each second that the revision can be read.
  void pass(std::chrono::seconds time, std::int64_t kept = INT64_MAX) const {
    for (auto second = 0s; second < time; ++second) {
      cluster->put(bytes("x"), bytes("y"));
      schedule->advance(1s);
      if (cluster->compacted <= kept) continue;
      BOOST_TEST_ERROR("compacted to " << cluster->compacted << " above " << kept);
      return;
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_compactor)

BOOST_AUTO_TEST_CASE(the_last_five_minutes_are_kept) {
  const Fixture f;
  const auto one = f.compactor(f.client);
  f.pass(4min);
  BOOST_TEST(f.cluster->compacted == 0);
  f.pass(20min);
  BOOST_TEST(f.cluster->compacted > 0);
  // A minute between two looks, and a change each second.
  BOOST_TEST(f.cluster->revision - f.cluster->compacted >= 300);
  BOOST_TEST(f.cluster->revision - f.cluster->compacted < 500);
}

BOOST_AUTO_TEST_CASE(a_pinned_revision_is_kept_for_as_long_as_the_walk_takes) {
  const Fixture f;
  const auto one = f.compactor(f.client);
  f.pass(10min);
  const std::int64_t walk = f.cluster->revision;
  f.pass(5s, walk);  // as a read that has become a long one
  auto pin = f.pin(walk);
  f.pass(60min, walk);
  BOOST_TEST(!pin->lost());
  BOOST_TEST(f.cluster->compacted == walk);
  pin.reset();
  f.pass(3min);
  BOOST_TEST(f.cluster->compacted > walk);
}

BOOST_AUTO_TEST_CASE(a_pin_comes_in_time_although_etcd_does_not_take_it_at_once) {
  const Fixture f;
  const auto one = f.compactor(f.client);
  f.pass(10min);
  const std::int64_t walk = f.cluster->revision;
  const auto slow = f.another();
  slow->write_failure = RpcFailure{RpcErrc::unreachable, "etcd does not answer"};
  const auto pin = RevisionPin::begin(slow, f.schedule, f.keys, walk);
  f.pass(3min, walk);
  BOOST_TEST(pin->lost());
  slow->write_failure.reset();
  f.pass(30min, walk);
  BOOST_TEST(!pin->lost());
}

BOOST_AUTO_TEST_CASE(a_compactor_that_was_stopped_for_long_compacts_no_pinned_revision) {
  const Fixture f;
  const auto stopped = f.compactor(f.client);
  f.pass(10min);
  // It has looked for pins, and is stopped before it compacts. Another one takes over.
  f.client->silent = true;
  f.pass(2min);
  const auto other = f.another();
  const auto next = f.compactor(other);
  f.pass(10min);
  BOOST_TEST(!other->compactions.empty());
  const std::int64_t walk = f.cluster->revision;
  const auto pin = f.pin(walk);
  f.pass(20min, walk);
  f.client->answer();
  f.pass(20min, walk);
  BOOST_TEST(f.cluster->compacted == walk);
}

BOOST_AUTO_TEST_CASE(the_lowest_of_several_pins_counts) {
  const Fixture f;
  const auto one = f.compactor(f.client);
  f.pass(10min);
  const std::int64_t first = f.cluster->revision;
  auto oldest = f.pin(first);
  f.pass(10min, first);
  const std::int64_t second = f.cluster->revision;
  const auto newest = f.pin(second);
  f.pass(10min, first);
  oldest.reset();
  f.pass(20min, second);
  BOOST_TEST(f.cluster->compacted == second);
}

// A process that was killed keeps no history for ever.
BOOST_AUTO_TEST_CASE(the_pin_of_a_process_that_died_ends) {
  const Fixture f;
  const auto one = f.compactor(f.client);
  f.pass(10min);
  const std::int64_t walk = f.cluster->revision;
  const auto dead = f.another();
  const auto pin = RevisionPin::begin(dead, f.schedule, f.keys, walk);
  f.pass(10min, walk);
  dead->silent = true;  // for ever
  f.pass(10min);
  BOOST_TEST(f.cluster->compacted > walk);
  BOOST_TEST(pin->lost());
}

BOOST_AUTO_TEST_SUITE_END()
