// Random histories of several clients on LMDB: every answer, and everything after restarts, kills, restores and changes
// of keys, is what the model of the contract in test/integration/model/ says. TACIT_MODEL_SEED and TACIT_MODEL_STEPS of
// the environment choose which and how many. Their like on etcd: test/integration/store/etcd/.
#include <boost/test/unit_test.hpp>

#include "test/integration/histories/histories.hpp"

using namespace tacit::test;
using namespace tacit::test::model;

BOOST_AUTO_TEST_SUITE(random_histories)

BOOST_AUTO_TEST_CASE(the_server_does_what_the_model_says) {
  const TemporaryFolder stores;
  EngineUnderTest engine;
  engine.place = [&](int number) { return (stores.path() / ("store-" + std::to_string(number))).string(); };
  check_histories(engine);
}

BOOST_AUTO_TEST_SUITE_END()
