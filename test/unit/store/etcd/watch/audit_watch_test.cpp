// News of the audit log: each commit with entries, of any process, calls the listener until the watch ends.
#include "store/etcd/watch/audit_watch.hpp"

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <mutex>

#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"
#include "test/unit/store/etcd/scripted_client_fixture.hpp"

using namespace std::chrono_literals;
using namespace tacit::store;
using namespace tacit::store::etcd;
using namespace tacit::store::etcd::testing;

namespace {

/// Counts calls of another thread.
class Calls {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++number_;
    changed_.notify_all();
  }
  int number() const {
    const std::lock_guard lock(mutex_);
    return number_;
  }
  /// Whether there are so many within ten seconds.
  bool reach(int most) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return number_ >= most; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int number_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_watch)

BOOST_AUTO_TEST_CASE(a_commit_of_any_process_calls_the_listener) {
  FakeCluster cluster;
  Background background;
  const auto one = engine_on(cluster, {.slot = 1});
  const auto two = engine_on(cluster, {.slot = 2});
  Calls calls;
  AuditWatch watch(cluster.client(), background.schedule(), KeyMap("main"), [&calls] { calls.add(); });
  BOOST_TEST(calls.reach(1));  // it has begun
  const int begun = calls.number();
  BOOST_TEST(!log(*one, "{\"n\":1}"));
  BOOST_TEST(calls.reach(begun + 1));
  const int after_one = calls.number();
  BOOST_TEST(!log(*two, "{\"n\":1}"));
  BOOST_TEST(calls.reach(after_one + 1));
}

BOOST_AUTO_TEST_CASE(a_watch_that_ended_makes_no_call) {
  FakeCluster cluster;
  Background background;
  const auto engine = engine_on(cluster, {.slot = 1});
  Calls calls;
  {
    const AuditWatch watch(cluster.client(), background.schedule(), KeyMap("main"), [&calls] { calls.add(); });
    BOOST_TEST(calls.reach(1));
  }
  const int before = calls.number();
  BOOST_TEST(!log(*engine, "{\"n\":1}"));
  BOOST_TEST(calls.number() == before);
}

BOOST_AUTO_TEST_CASE(a_watch_that_etcd_ends_begins_again) {
  const auto schedule = std::make_shared<ManualSchedule>();
  const auto cluster = std::make_shared<ScriptedCluster>(schedule);
  cluster->compacted = -1;  // a watch of revision 0, the newest, is never too old
  const auto client = std::make_shared<ScriptedClient>(cluster);
  const KeyMap keys("main");
  int calls = 0;
  const AuditWatch watch(client, schedule, keys, [&calls] { ++calls; });
  schedule->advance(1s);
  BOOST_TEST(client->is_watched());
  BOOST_TEST(calls == 1);
  client->end_watch();
  schedule->advance(100ms);
  BOOST_TEST(!client->is_watched());
  schedule->advance(5s);
  BOOST_TEST(client->is_watched());
  BOOST_TEST(calls == 2);  // something may have been missed
  cluster->put(keys.head(slot_of(SlotOwner::api, 1)), Bytes{1});
  BOOST_TEST(calls == 3);
  // Rows beside the heads are no news.
  cluster->put(keys.block({slot_of(SlotOwner::api, 1), 1}), Bytes{1});
  cluster->put(keys.key(Table::tenants, Bytes{1}), Bytes{1});
  BOOST_TEST(calls == 3);
}

// While etcd does not answer, it is asked less and less often.
BOOST_AUTO_TEST_CASE(a_watch_that_does_not_begin_is_tried_again) {
  const auto schedule = std::make_shared<ManualSchedule>();
  const auto cluster = std::make_shared<ScriptedCluster>(schedule);
  const auto client = std::make_shared<ScriptedClient>(cluster);  // each watch ends at once
  int calls = 0;
  const AuditWatch watch(client, schedule, KeyMap("main"), [&calls] { ++calls; });
  schedule->advance(60s);
  const std::size_t tried = client->watches_from.size();
  BOOST_TEST(tried >= 5U);
  BOOST_TEST(tried <= 15U);
}

BOOST_AUTO_TEST_SUITE_END()
