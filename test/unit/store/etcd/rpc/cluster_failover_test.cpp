// The client against three nodes, of which some stop, die and come back.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include "test/unit/store/etcd/etcd_cluster_fixture.hpp"
#include "test/unit/store/etcd/rpc/rpc_fixture.hpp"

namespace tacit::store::etcd {
namespace {

using namespace testing;
using store::testing::EtcdCluster;
using store::testing::EtcdClusterOptions;

struct ThreeNodes {
  EtcdCluster cluster{EtcdClusterOptions{.nodes = 3}};

  EtcdConnection connection() const {
    EtcdConnection connection = cluster.connection();
    connection.attempt = milliseconds(1000);
    return connection;
  }
  /// The client prefers that node.
  std::shared_ptr<EtcdClient> connected_to(std::size_t node) const {
    EtcdConnection first = connection();
    std::swap(first.endpoints[0], first.endpoints[node]);
    return connect(first);
  }
};

/// Writes with a counter of its own until a write is applied; a write in doubt is settled by reading.
bool write_at_last(EtcdClient& client, const std::string& key, const std::string& value, int* doubts) {
  const auto latest = in(seconds(20));
  while (Clock::now() < latest) {
    const auto written = write_now(client, putting(key, value), in(seconds(3)));
    if (written) return written->applied;
    if (written.error().code == RpcErrc::in_doubt) ++*doubts;
  }
  return false;
}

BOOST_AUTO_TEST_SUITE(cluster_failover)

BOOST_FIXTURE_TEST_CASE(a_read_moves_on_when_its_node_is_killed_and_remembers_the_good_one, ThreeNodes) {
  const auto client = connected_to(0);
  put(*client, "a", "1");
  BOOST_TEST(client->current_endpoint() == cluster.endpoint(0));
  cluster.kill(0);
  BOOST_TEST((get(*client, "a") == std::optional<std::string>("1")));
  BOOST_TEST(client->current_endpoint() != cluster.endpoint(0));
  const auto begun = Clock::now();
  for (int i = 0; i < 20; ++i) get(*client, "a");
  BOOST_TEST((Clock::now() - begun < seconds(2)));
  cluster.start(0);
  cluster.wait_until_healthy(0);
  BOOST_TEST(value_of(status_now(*client, 0, in(seconds(10)))).endpoint == cluster.endpoint(0));
}

BOOST_FIXTURE_TEST_CASE(a_write_to_a_node_that_stops_answering_is_in_doubt_and_the_next_goes_elsewhere, ThreeNodes) {
  const std::size_t follower = (cluster.leader() + 1) % 3;
  const auto client = connected_to(follower);
  put(*client, "a", "1");
  cluster.stop(follower);
  const auto begun = Clock::now();
  const auto stuck = write_now(*client, putting("a", "2"), in(seconds(10)));
  BOOST_REQUIRE(!stuck);
  BOOST_TEST((stuck.error().code == RpcErrc::in_doubt));
  BOOST_TEST((Clock::now() - begun < seconds(5)));
  BOOST_TEST(value_of(write_now(*client, putting("a", "3"), in(seconds(10)))).applied);
  BOOST_TEST(client->current_endpoint() != cluster.endpoint(follower));
  BOOST_TEST((get(*client, "a") == std::optional<std::string>("3")));
  cluster.resume(follower);
  cluster.wait_until_healthy(follower);
}

BOOST_FIXTURE_TEST_CASE(a_write_over_a_connection_that_cannot_be_made_moves_on_without_doubt, ThreeNodes) {
  // Not the leader: a write during an election may end in doubt.
  const std::size_t follower = (cluster.leader() + 1) % 3;
  cluster.kill(follower);
  const auto client = connected_to(follower);
  BOOST_TEST(value_of(write_now(*client, putting("a", "1"), in(seconds(10)))).applied);
  BOOST_TEST(client->current_endpoint() != cluster.endpoint(follower));
}

BOOST_FIXTURE_TEST_CASE(a_read_waits_for_the_election_after_the_leader_died, ThreeNodes) {
  const std::size_t leader = cluster.leader();
  const auto client = connected_to((leader + 1) % 3);
  put(*client, "a", "1");
  cluster.kill(leader);
  const auto begun = Clock::now();
  BOOST_TEST((get(*client, "a") == std::optional<std::string>("1")));
  BOOST_TEST((Clock::now() - begun < seconds(8)));
}

BOOST_FIXTURE_TEST_CASE(without_a_quorum_calls_fail_by_their_deadlines_and_work_again_afterwards, ThreeNodes) {
  const auto client = connected_to(0);
  put(*client, "a", "1");
  cluster.stop(1);
  cluster.stop(2);
  const auto begun = Clock::now();
  const auto read = read_now(*client, reading("a"), in(seconds(3)));
  BOOST_REQUIRE(!read);
  BOOST_TEST((read.error().code == RpcErrc::unreachable));
  const auto written = write_now(*client, putting("a", "2"), in(seconds(3)));
  BOOST_TEST(!written);
  BOOST_TEST((Clock::now() - begun < seconds(8)));
  cluster.resume(1);
  cluster.resume(2);
  int doubts = 0;
  BOOST_TEST(write_at_last(*client, "a", "3", &doubts));
  BOOST_TEST((get(*client, "a") == std::optional<std::string>("3")));
}

BOOST_FIXTURE_TEST_CASE(a_lease_is_kept_alive_from_endpoint_to_endpoint_until_one_answers, ThreeNodes) {
  const auto client = connected_to(0);
  const std::int64_t lease = value_of(grant_lease_now(*client, seconds(60), in(seconds(10))));
  cluster.stop(1);
  cluster.stop(2);
  // Several attempts, each with a stream of its own. A leader that does not know yet that it is alone still answers.
  bool is_kept = true;
  for (int attempt = 0; is_kept && attempt < 5; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(seconds(2));
    is_kept = keep_alive_now(*client, lease, in(seconds(7))).has_value();
  }
  BOOST_TEST(!is_kept);
  cluster.resume(1);
  cluster.resume(2);
  BOOST_TEST((value_of(keep_alive_now(*client, lease, in(seconds(20)))) > seconds(0)));
}

BOOST_FIXTURE_TEST_CASE(nothing_acknowledged_is_lost_while_nodes_die_in_turn, ThreeNodes) {
  const auto client = connect(connection());
  std::atomic<bool> done{false};
  std::map<std::string, std::string> acknowledged;
  int doubts = 0;
  std::thread writer([&] {
    for (int i = 0; !done; ++i) {
      const std::string key = "kept/" + std::to_string(i % 100);
      const auto written = write_now(*client, putting(key, std::to_string(i)), in(seconds(5)));
      if (written) acknowledged[key] = std::to_string(i);
      // A write in doubt may be applied: what was acknowledged before it is no longer what must be read.
      if (!written && written.error().code == RpcErrc::in_doubt) {
        ++doubts;
        acknowledged.erase(key);
      }
    }
  });
  for (std::size_t node = 0; node < 3; ++node) {
    std::this_thread::sleep_for(milliseconds(300));
    cluster.kill(node);
    std::this_thread::sleep_for(milliseconds(1500));
    cluster.start(node);
    cluster.wait_until_healthy(node);
  }
  done = true;
  writer.join();
  BOOST_TEST(acknowledged.size() > 0U);
  for (const auto& [key, value] : acknowledged) BOOST_TEST(get(*client, key).value_or("lost") == value);
  BOOST_TEST_MESSAGE("writes in doubt: " << doubts);
}

BOOST_FIXTURE_TEST_CASE(a_watch_ends_when_its_node_dies_and_the_next_one_goes_elsewhere, ThreeNodes) {
  const auto client = connected_to(0);
  const std::int64_t revision = put(*client, "w", "1");
  WatchRecord record;
  Range range;
  range.key = bytes("w");
  const auto watch = client->watch(range, revision, record.handlers());
  BOOST_REQUIRE(record.wait([](const WatchRecord& now) { return now.events_.size() == 1; }));
  cluster.kill(0);
  BOOST_REQUIRE(record.wait([](const WatchRecord& now) { return now.ended_.has_value(); }));
  BOOST_TEST((record.ended_->code == RpcErrc::unreachable));

  WatchRecord next;
  const auto second = client->watch(range, record.events_revision_ + 1, next.handlers());
  int doubts = 0;
  BOOST_TEST(write_at_last(*client, "w", "2", &doubts));
  BOOST_REQUIRE(next.wait([](const WatchRecord& now) { return !now.events_.empty(); }));
  BOOST_TEST(text(*next.events_[0].value) == "2");
}

BOOST_FIXTURE_TEST_CASE(a_watch_on_a_node_without_a_leader_ends, ThreeNodes) {
  const auto client = connected_to(0);
  WatchRecord record;
  Range range;
  range.key = bytes("w");
  const auto watch = client->watch(range, put(*client, "w", "1"), record.handlers());
  BOOST_REQUIRE(record.wait([](const WatchRecord& now) { return !now.events_.empty(); }));
  cluster.stop(1);
  cluster.stop(2);
  BOOST_TEST(record.wait([](const WatchRecord& now) { return now.ended_.has_value(); }, seconds(20)));
  cluster.resume(1);
  cluster.resume(2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tacit::store::etcd
