// Every rule of the store, on a real etcd of three nodes, with a host for each process of a rule.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/etcd/open_etcd.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"
#include "test/unit/store/etcd/etcd_cluster_fixture.hpp"

namespace data = boost::unit_test::data;
using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// One for all rules: each has a store of its own in it.
EtcdCluster& cluster() {
  static EtcdCluster cluster({.nodes = 3});
  return cluster;
}

class EtcdEngines final : public ContractEngines {
 public:
  explicit EtcdEngines(const StoreKeys& keys) : name_(next_name()) {
    const auto created = create_etcd_store(options(), first_shared_rows(keys));
    BOOST_REQUIRE_MESSAGE(created, "cannot create a store in etcd");
  }

  Outcome<std::unique_ptr<Engine>> open() override { return open_etcd_engine(options()); }
  bool shared() const override { return true; }

 private:
  static std::string next_name() {
    static int number = 0;
    return "contract" + std::to_string(++number);
  }
  EtcdOptions options() const {
    EtcdOptions options;
    options.connection = cluster().connection();
    options.owner = SlotOwner::api;
    options.name = name_;
    return options;
  }

  const std::string name_;
};

std::unique_ptr<ContractEngines> etcd_engines(const StoreKeys& keys) { return std::make_unique<EtcdEngines>(keys); }

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_contract)

BOOST_DATA_TEST_CASE(rule, data::make(contract_rules())) {
  ContractStore it(etcd_engines);
  sample.check(it);
}

BOOST_AUTO_TEST_SUITE_END()
