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
#include "store/secrets/releases.hpp"
#include "store/secrets/secrets.hpp"
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
  Engines(const StoreKeys& keys, std::shared_ptr<FakeCluster> cluster, std::size_t operations)
      : cluster_(std::move(cluster)), operations_(operations) {
    const KeyMap map("main");
    for (auto& [key, value] : first_shared_rows(keys)) cluster_->put(map.key(Table::meta, key), std::move(value));
  }

  Outcome<std::unique_ptr<Engine>> open() override {
    etcd::testing::EngineChoice choice;
    choice.slot = ++hosts_;
    choice.limits.operations = operations_;
    return std::unique_ptr<Engine>(etcd::testing::engine_on(*cluster_, std::move(choice)));
  }
  bool shared() const override { return true; }

 private:
  const std::shared_ptr<FakeCluster> cluster_;
  const std::size_t operations_;
  std::uint16_t hosts_ = 0;
};

/// Each transaction has so many operations at most.
MakeEngines engines_on(std::shared_ptr<FakeCluster> cluster, std::size_t operations = 1024) {
  return [cluster = std::move(cluster), operations](const StoreKeys& keys) {
    return std::make_unique<Engines>(keys, cluster, operations);
  };
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

BOOST_AUTO_TEST_CASE(a_tenant_may_have_more_api_keys_than_a_transaction_has_operations) {
  const auto cluster = std::make_shared<FakeCluster>();
  ContractStore it(engines_on(cluster, 40));
  constexpr int limit = 100;  // the default of the contract's stores
  for (int i = 0; i < limit; ++i) {
    const auto added = it.wait(it.store().api_keys().add(some_api_key(numbered(i)), who()));
    BOOST_REQUIRE_MESSAGE(added, "key " << i << ": " << to_string(added.error().code));
  }
  const auto refused = it.wait(it.other().api_keys().add(some_api_key(numbered(limit)), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::too_many_api_keys);
}

/// Otherwise credentials that nobody has issued would take etcd from the others.
BOOST_AUTO_TEST_CASE(look_ups_of_unknown_api_keys_are_bounded) {
  const auto cluster = std::make_shared<FakeCluster>();
  ContractStore it(engines_on(cluster));
  BOOST_REQUIRE(it.wait(it.store().api_keys().add(some_api_key(numbered(1)), who())));
  etcd::FakeFaults faults;
  faults.most_delay = std::chrono::milliseconds(20);
  cluster->set_faults(faults);
  constexpr std::size_t more = 50;
  std::size_t missing = 0;
  std::size_t refused = 0;
  boost::asio::io_context io(1);
  for (std::size_t i = 0; i < ApiKeys::most_look_ups + more; ++i) {
    const auto note = [&](const std::exception_ptr& thrown, const Outcome<ApiKey>& found) {
      BOOST_TEST(!thrown);
      BOOST_REQUIRE(!found);
      ++(found.error().code == Errc::overloaded ? refused : missing);
    };
    boost::asio::co_spawn(io, it.store().api_keys().find(numbered(1'000 + static_cast<int>(i))), note);
  }
  io.run();
  BOOST_TEST(missing == ApiKeys::most_look_ups);
  BOOST_TEST(refused == more);
  BOOST_TEST(it.wait(it.store().api_keys().find(numbered(1))).has_value());
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

BOOST_AUTO_TEST_CASE(a_release_costs_few_requests) {
  const auto cluster = std::make_shared<FakeCluster>();
  ContractStore it(engines_on(cluster));
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = "tool";
  for (int i = 0; i < 5; ++i) {
    const std::string n = std::to_string(i);
    BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_default("d" + n, "tool", "a" + n, n), who())));
    BOOST_REQUIRE(it.wait(it.store().secrets().create(tenant_id(1), new_secret("named " + n, n), who())));
    query.secrets.emplace_back("b" + n, "named " + n);
  }
  const auto before = cluster->reads();
  const auto values = it.wait(it.store().releases().resolve(std::move(query), who()));
  BOOST_REQUIRE(values);
  BOOST_TEST(values->values.size() == 10U);
  // The record with names and entries, the named secrets, the defaults, and what the commit compares.
  BOOST_TEST(cluster->reads() - before <= 4U);
}

BOOST_AUTO_TEST_SUITE_END()
