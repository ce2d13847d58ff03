// Every rule of the store, on each engine. On the fake, which orders and fails at random, several times: as many as
// TACIT_FAKE_SEEDS says, or twice. Real etcd: test/unit/store/etcd/etcd_contract_test.cpp.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include "test/unit/store/contract/contract_store_fixture.hpp"
#include "test/unit/store/contract/fake_engine_fixture.hpp"

namespace data = boost::unit_test::data;
using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

unsigned seeds() {
  const char* const given = std::getenv("TACIT_FAKE_SEEDS");
  const int number = given != nullptr ? std::atoi(given) : 2;
  return number > 0 ? static_cast<unsigned>(number) : 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(contract_lmdb)

BOOST_DATA_TEST_CASE(rule, data::make(contract_rules())) {
  ContractStore it(lmdb_engines());
  sample.check(it);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(contract_fake)

BOOST_DATA_TEST_CASE(rule, data::make(contract_rules())) {
  for (unsigned seed = 1; seed <= seeds(); ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      ContractStore it(fake_engines(seed));
      sample.check(it);
    }
  }
}

/// Otherwise the rules of concurrency would not have tried what they are for.
BOOST_AUTO_TEST_CASE(hosts_meet_each_other) {
  ContractStore it(fake_engines(1));
  for (const ContractRule& rule : concurrency_rules()) {
    if (std::string(rule.name) == "clients_of_all_hosts_lose_nothing") rule.check(it);
  }
  BOOST_TEST(it.fake()->conflicts.load() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
