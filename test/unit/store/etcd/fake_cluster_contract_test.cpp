// Every rule of the store on the engine for etcd, over a cluster in memory: once as it should be, and once with answers
// that are lost. How many requests an operation costs.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

#include "store/api_keys/api_keys.hpp"
#include "store/rows/store_meta.hpp"
#include "test/unit/store/api_keys/api_key_fixture.hpp"
#include "test/unit/store/contract/contract_store_fixture.hpp"
#include "test/unit/store/etcd/engine/fake_engine_parts_fixture.hpp"

namespace data = boost::unit_test::data;
using namespace tacit::store;
using namespace tacit::store::testing;
using tacit::store::etcd::FakeCluster;
using tacit::store::etcd::KeyMap;

namespace {

class Engines final : public ContractEngines {
 public:
  Engines(const StoreKeys& keys, std::shared_ptr<FakeCluster> cluster) : cluster_(std::move(cluster)) {
    const KeyMap map("main");
    auto named = first_keys_value(keys);
    BOOST_REQUIRE(named);
    cluster_->put(map.key(Table::meta, rows_row_key()), rows_value());
    cluster_->put(map.key(Table::meta, keys_row_key()), std::move(*named));
    cluster_->put(map.key(Table::meta, format_row_key()), format_value(slots_store_format));
  }

  Outcome<std::unique_ptr<Engine>> open() override {
    return std::unique_ptr<Engine>(etcd::testing::engine_on(*cluster_, {.slot = ++hosts_}));
  }
  bool shared() const override { return true; }

 private:
  const std::shared_ptr<FakeCluster> cluster_;
  std::uint16_t hosts_ = 0;
};

MakeEngines engines_on(std::shared_ptr<FakeCluster> cluster) {
  return [cluster = std::move(cluster)](const StoreKeys& keys) { return std::make_unique<Engines>(keys, cluster); };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_contract)

BOOST_DATA_TEST_CASE(rule, data::make(contract_rules())) {
  const auto cluster = std::make_shared<FakeCluster>();
  ContractStore it(engines_on(cluster));
  sample.check(it);
}

/// A lost answer is settled before the deadline, so that no operation notices.
BOOST_DATA_TEST_CASE(rule_with_lost_answers, data::make(contract_rules())) {
  const auto cluster = std::make_shared<FakeCluster>(7);
  ContractStore it(engines_on(cluster));
  etcd::FakeFaults faults;
  faults.lost_writes = 0.1;
  faults.refused_writes = 0.05;
  faults.most_delay = std::chrono::microseconds(200);
  faults.late = std::chrono::microseconds(2000);
  cluster->set_faults(faults);
  sample.check(it);
}

BOOST_AUTO_TEST_CASE(many_api_keys_cost_few_requests) {
  const auto cluster = std::make_shared<FakeCluster>();
  ContractStore it(engines_on(cluster));
  constexpr int number = 70;
  std::vector<ApiKeyUse> uses;
  for (int i = 0; i < number; ++i) {
    BOOST_REQUIRE(it.wait(it.store().api_keys().add(some_api_key(numbered(i)), who())));
    uses.push_back({numbered(i), 1'750'000'000'000'000});
  }
  auto before = cluster->reads();
  BOOST_REQUIRE(it.wait(it.store().api_keys().record_uses(uses)));
  BOOST_TEST(cluster->reads() - before <= 4U);
  before = cluster->reads();
  const auto listed = it.wait(it.other().api_keys().list_of_tenant(tenant_id(1), who()));
  BOOST_REQUIRE(listed);
  BOOST_TEST(listed->size() == static_cast<std::size_t>(number));
  BOOST_TEST((listed->back().last_used_at == 1'750'000'000'000'000));
  BOOST_TEST(cluster->reads() - before <= 10U);
}

BOOST_AUTO_TEST_SUITE_END()
