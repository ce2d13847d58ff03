// One thread's cache of tenants' request rates.
#include "auth/limits/tenant_rates.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace tacit;
using namespace tacit::auth;
using namespace std::chrono_literals;

namespace {

constexpr TenantRates::Clock::time_point start{1000h};

crypto::Uuid tenant(std::uint8_t number) {
  crypto::Uuid id;
  id.bytes[15] = number;
  return id;
}

struct FakeStore {
  TenantRates rates(Rate by_default) {
    return {by_default, [this](const crypto::Uuid& id) -> store::Outcome<store::TenantLimits> {
              ++reads;
              if (broken) return store::Failure{.code = store::Errc::unavailable};
              return limits[id];
            }};
  }

  std::map<crypto::Uuid, store::TenantLimits> limits;
  int reads = 0;
  bool broken = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tenant_rates)

BOOST_AUTO_TEST_CASE(an_unset_limit_is_the_default) {
  FakeStore fake;
  fake.limits[tenant(2)].requests_per_second = 5;
  fake.limits[tenant(3)].request_burst = 7;
  fake.limits[tenant(4)].requests_per_second = 0;
  TenantRates rates = fake.rates({1000, 2000});
  BOOST_TEST((rates.of(tenant(1), start) == Rate{1000, 2000}));
  BOOST_TEST((rates.of(tenant(2), start) == Rate{5, 2000}));
  BOOST_TEST((rates.of(tenant(3), start) == Rate{1000, 7}));
  BOOST_TEST(!rates.of(tenant(4), start).limited());
}

BOOST_AUTO_TEST_CASE(the_store_is_read_at_intervals_and_its_limits_apply) {
  FakeStore fake;
  TenantRates rates = fake.rates({1000, 2000});
  for (int i = 0; i < 100; ++i) rates.of(tenant(1), start + i * 1ms);
  BOOST_TEST(fake.reads == 1);
  fake.limits[tenant(1)] = {5, 6, {}};
  BOOST_TEST((rates.of(tenant(1), start + TenantRates::lifetime - 1ns) == Rate{1000, 2000}));
  BOOST_TEST((rates.of(tenant(1), start + TenantRates::lifetime) == Rate{5, 6}));
  BOOST_TEST(fake.reads == 2);
  BOOST_TEST((TenantRates::lifetime < 5s));
}

BOOST_AUTO_TEST_CASE(tenants_in_one_slot_have_separate_limits) {
  FakeStore fake;
  TenantRates rates = fake.rates({1000, 2000});
  std::vector<crypto::Uuid> ids;
  for (std::uint32_t i = 1; i <= 4096; ++i) {
    ids.push_back(crypto::make_uuid_v4());
    fake.limits[ids.back()].requests_per_second = i;
  }
  for (int round = 0; round < 2; ++round) {
    bool right = true;
    for (std::uint32_t i = 1; i <= 4096; ++i) right = rates.of(ids[i - 1], start).per_second == i && right;
    BOOST_TEST(right);
  }
  BOOST_TEST(fake.reads > 4096);
}

BOOST_AUTO_TEST_CASE(an_unavailable_store_refuses_no_tenant) {
  FakeStore fake;
  fake.limits[tenant(1)].requests_per_second = 5;
  TenantRates rates = fake.rates({1000, 2000});
  rates.of(tenant(1), start);
  fake.broken = true;
  BOOST_TEST((rates.of(tenant(1), start + 1h) == Rate{5, 2000}));
  BOOST_TEST((rates.of(tenant(2), start + 1h) == Rate{1000, 2000}));
  const int reads = fake.reads;
  rates.of(tenant(1), start + 1h + 1s);
  rates.of(tenant(2), start + 1h + 1s);
  BOOST_TEST(fake.reads == reads);  // the store is not read at every request
  fake.broken = false;
  fake.limits[tenant(2)].requests_per_second = 6;
  BOOST_TEST((rates.of(tenant(2), start + 2h) == Rate{6, 2000}));
}

BOOST_AUTO_TEST_SUITE_END()
