// Random histories on a real etcd, which is killed and started again, too (test/integration/histories/).
#include <boost/test/unit_test.hpp>

#include "test/integration/histories/histories.hpp"
#include "test/integration/store/etcd/etcd_settings.hpp"

using namespace tacit::test;
using namespace tacit::test::model;
using tacit::store::testing::EtcdCluster;

BOOST_AUTO_TEST_SUITE(cluster_random_histories)

BOOST_AUTO_TEST_CASE(the_server_does_what_the_model_says_on_etcd) {
  EtcdCluster cluster;
  EngineUnderTest engine;
  engine.settings = etcd_settings(cluster, "store-0");
  engine.place = [&](int number) { return etcd_place(cluster, "store-" + std::to_string(number)); };
  engine.break_down = [&] {
    cluster.kill(0);
    cluster.start(0);
    cluster.wait_until_healthy(0);
  };
  check_histories(engine);
}

BOOST_AUTO_TEST_SUITE_END()
