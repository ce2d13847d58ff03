// One thread's cache of tenants' request rates.
#include "auth/limits/tenant_rates.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
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
    return {by_default,
            [this](const crypto::Uuid& id) {
              return waits ? std::optional<TenantRates::Limits>() : std::optional(read(id));
            },
            [this](crypto::Uuid id) { return read_later(id); }};
  }

  TenantRates::Limits read(const crypto::Uuid& id) {
    ++reads;
    if (broken) return store::Failure{.code = store::Errc::unavailable};
    return limits[id];
  }
  boost::asio::awaitable<TenantRates::Limits> read_later(crypto::Uuid id) {
    if (meanwhile) meanwhile();
    co_return read(id);
  }

  std::map<crypto::Uuid, store::TenantLimits> limits;
  int reads = 0;
  bool broken = false;
  bool waits = false;
  std::function<void()> meanwhile{};  ///< called while a read waits
};

boost::asio::awaitable<void> keep(boost::asio::awaitable<Rate> operation, Rate& rate) {
  rate = co_await std::move(operation);
}

Rate wait(boost::asio::awaitable<Rate> operation) {
  boost::asio::io_context context(1);
  Rate rate{};
  boost::asio::co_spawn(context, keep(std::move(operation), rate), boost::asio::detached);
  context.run();
  return rate;
}

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
  BOOST_TEST(!rates.of(tenant(4), start)->limited());
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
    for (std::uint32_t i = 1; i <= 4096; ++i) right = rates.of(ids[i - 1], start)->per_second == i && right;
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

BOOST_AUTO_TEST_CASE(a_store_that_waits_is_read_once_for_all_requests_of_a_tenant) {
  FakeStore fake;
  fake.waits = true;
  TenantRates rates = fake.rates({1000, 2000});
  const auto now = TenantRates::Clock::now();
  BOOST_TEST(!rates.of(tenant(1), now));
  BOOST_TEST((rates.known(tenant(1)) == Rate{1000, 2000}));
  fake.limits[tenant(1)] = {5, 6, {}};
  // While the first read waits, others go on with the default.
  fake.meanwhile = [&] { BOOST_TEST((rates.of(tenant(1), TenantRates::Clock::now()) == Rate{1000, 2000})); };
  BOOST_TEST((wait(rates.read(tenant(1))) == Rate{5, 6}));
  BOOST_TEST((rates.of(tenant(1), TenantRates::Clock::now()) == Rate{5, 6}));
  BOOST_TEST(!rates.of(tenant(1), TenantRates::Clock::now() + TenantRates::lifetime));
  // While the next read waits, others go on with what is known.
  fake.meanwhile = [&] { BOOST_TEST((rates.of(tenant(1), TenantRates::Clock::now()) == Rate{5, 6})); };
  fake.limits[tenant(1)] = {7, 8, {}};
  BOOST_TEST((wait(rates.read(tenant(1))) == Rate{7, 8}));
  BOOST_TEST(fake.reads == 2);
}

BOOST_AUTO_TEST_CASE(a_failed_read_keeps_the_known_rate_and_is_not_repeated_at_once) {
  FakeStore fake;
  fake.waits = true;
  TenantRates rates = fake.rates({1000, 2000});
  fake.limits[tenant(1)] = {5, 6, {}};
  BOOST_TEST((wait(rates.read(tenant(1))) == Rate{5, 6}));
  fake.broken = true;
  BOOST_TEST((wait(rates.read(tenant(1))) == Rate{5, 6}));
  BOOST_TEST((wait(rates.read(tenant(2))) == Rate{1000, 2000}));
  BOOST_TEST((rates.of(tenant(2), TenantRates::Clock::now()) == Rate{1000, 2000}));
}

BOOST_AUTO_TEST_SUITE_END()
