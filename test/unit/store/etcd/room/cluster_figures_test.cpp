// The figures that an engine on etcd shows are those that its watch of the cluster saw.
#include "store/etcd/room/cluster_figures.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::store;
using namespace tacit::store::etcd;

BOOST_AUTO_TEST_SUITE(figures_of_cluster)

BOOST_AUTO_TEST_CASE(members_and_sizes_are_carried_over) {
  EtcdHealth health;
  health.quorum = true;
  health.revision = 90;
  health.revision_lag = 7;
  health.size = 300;
  health.size_in_use = 200;
  health.quota = 1000;
  health.no_space = true;
  EtcdMember leader;
  leader.endpoint = "a:2379";
  leader.version = "3.5.16";
  leader.reachable = true;
  leader.is_leader = true;
  leader.size = 300;
  EtcdMember gone;
  gone.endpoint = "b:2379";
  gone.is_leader = true;  // as it was when it answered last
  health.members = {gone, leader};

  const EtcdFigures figures = tacit::store::etcd::cluster_figures(health);
  BOOST_TEST(figures.has_quorum);
  BOOST_TEST(figures.leader == "a:2379");
  BOOST_TEST_REQUIRE(figures.members.size() == 2U);
  BOOST_TEST(!figures.members[0].reachable);
  BOOST_TEST(figures.members[1].version == "3.5.16");
  BOOST_TEST(figures.members[1].size == 300U);
  BOOST_TEST(figures.revision == 90U);
  BOOST_TEST(figures.revision_lag == 7U);
  BOOST_TEST(figures.database_in_use_bytes == 200U);
  BOOST_TEST(figures.database_quota_bytes == 1000U);
  BOOST_TEST(figures.no_space);
  BOOST_TEST(!figures.corrupt);
}

BOOST_AUTO_TEST_CASE(before_an_answer_nothing_is_claimed) {
  EtcdHealth health;
  health.revision = -1;
  const EtcdFigures figures = tacit::store::etcd::cluster_figures(health);
  BOOST_TEST(!figures.has_quorum);
  BOOST_TEST(figures.leader.empty());
  BOOST_TEST(figures.revision == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
