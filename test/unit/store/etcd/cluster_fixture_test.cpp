// The clusters that other tests use.
#include <signal.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>

#include "test/unit/store/etcd/etcd_cluster_fixture.hpp"
#include "test/unit/store/etcd/rpc/rpc_fixture.hpp"

namespace tacit::store::testing {
namespace {

using etcd::RpcErrc;
using namespace etcd::testing;

BOOST_AUTO_TEST_SUITE(cluster_fixture)

BOOST_AUTO_TEST_CASE(a_cluster_leaves_neither_processes_nor_files) {
  pid_t process = -1;
  std::filesystem::path folder;
  {
    EtcdCluster cluster;
    process = cluster.pid(0);
    folder = cluster.folder();
    BOOST_TEST(::kill(process, 0) == 0);
    cluster.stop(0);  // a stopped node ends, too
  }
  BOOST_TEST(::kill(process, 0) != 0);
  BOOST_TEST(!std::filesystem::exists(folder));
}

BOOST_AUTO_TEST_CASE(a_node_that_was_killed_has_its_data_again) {
  EtcdCluster cluster(EtcdClusterOptions{.tls = false});
  cluster.etcdctl("put a 1");
  cluster.kill(0);
  cluster.start(0);
  cluster.wait_until_healthy();
  BOOST_TEST(cluster.etcdctl("get a --print-value-only") == "1\n");
}

BOOST_AUTO_TEST_CASE(three_nodes_have_one_leader) {
  const EtcdCluster cluster(EtcdClusterOptions{.nodes = 3});
  BOOST_TEST(cluster.leader() < 3U);
  cluster.etcdctl_at(0, "put a 1");
  BOOST_TEST(cluster.etcdctl_at(2, "get a --print-value-only") == "1\n");
}

BOOST_AUTO_TEST_CASE(a_full_database_refuses_puts_as_no_room) {
  EtcdCluster cluster(EtcdClusterOptions{.quota_bytes = 4'000'000});
  const auto client = connect(cluster.connection());
  std::optional<RpcErrc> refused;
  for (int i = 0; i < 100 && !refused; ++i) {
    const auto written =
        etcd::write_now(*client, putting("k" + std::to_string(i), std::string(200'000, 'x')), in(seconds(10)));
    if (!written) refused = written.error().code;
  }
  BOOST_REQUIRE(refused);
  BOOST_TEST((*refused == RpcErrc::no_room));
  BOOST_TEST(value_of(etcd::alarms_now(*client, in(seconds(10)))).no_space);
}

BOOST_AUTO_TEST_CASE(with_authentication_a_user_that_etcd_does_not_know_is_refused) {
  EtcdCluster cluster;
  cluster.etcdctl("user add root --no-password");
  cluster.etcdctl("user grant-role root root");
  cluster.etcdctl("user add tacit-api --no-password");
  cluster.etcdctl("auth enable");
  const auto stranger = connect(cluster.connection_as("stranger"));
  const auto unknown = etcd::write_now(*stranger, putting("a", "1"), in(seconds(5)));
  BOOST_REQUIRE(!unknown);
  BOOST_TEST((unknown.error().code == RpcErrc::refused));
  const auto without_role = etcd::read_now(*connect(cluster.connection(SlotOwner::api)), reading("a"), in(seconds(5)));
  BOOST_REQUIRE(!without_role);
  BOOST_TEST((without_role.error().code == RpcErrc::refused));
  BOOST_TEST(put(*connect(cluster.connection_as("root")), "a", "1") > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace tacit::store::testing
