// The private keys that releases opened: found only by the stored pair, and overwritten in time.
#include "store/secrets/opened_keys.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "store/engine/await.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit;
using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

crypto::Uuid tenant_of(std::uint32_t number) {
  crypto::Uuid id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

crypto::Digest pair_of(std::uint8_t number) {
  crypto::Digest digest{};
  digest.front() = number;
  return digest;
}

crypto::PrivateKey key_of(std::uint8_t number) {
  crypto::PrivateKey key;
  key.data()[31] = number;
  return key;
}

struct KeysFixture {
  OpenedKeys::Clock::time_point now{};
  OpenedKeys keys{[this] { return now; }};

  /// The last byte of the key; 0: it is not found.
  int find(const crypto::Uuid& tenant, std::uint8_t wanted, std::vector<std::uint8_t> present = {}) {
    std::vector<crypto::Digest> pairs{pair_of(wanted)};
    for (const std::uint8_t each : present) pairs.push_back(pair_of(each));
    const auto found = keys.find(tenant, pairs.front(), pairs);
    return found ? found->data()[31] : 0;
  }
};

/// Alters the sealed private half in the tenant's record, whose MAC stays right.
Task<Outcome<void>> alter_box(Transaction& transaction) {
  auto loaded = co_await load_tenant(transaction, *all_keys().metadata, tenant_id(1));
  if (!loaded) co_return loaded.error();
  Tenant& tenant = **loaded;
  tenant.record.key->box.back() ^= 1;
  co_await save_tenant(transaction, tenant);
  co_return Outcome<void>();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(opened_keys)

BOOST_AUTO_TEST_CASE(a_key_is_found_by_its_tenant_and_pair) {
  KeysFixture fixture;
  fixture.keys.keep(0, tenant_of(1), pair_of(1), key_of(7));
  BOOST_TEST(fixture.find(tenant_of(1), 1) == 7);
  BOOST_TEST(fixture.find(tenant_of(2), 1) == 0);
  BOOST_TEST(fixture.find(tenant_of(1), 1) == 7);
}

BOOST_AUTO_TEST_CASE(both_pairs_of_a_tenant_are_kept_during_a_rekey) {
  KeysFixture fixture;
  fixture.keys.keep(0, tenant_of(1), pair_of(1), key_of(7));
  fixture.keys.keep(0, tenant_of(1), pair_of(2), key_of(8));
  BOOST_TEST(fixture.find(tenant_of(1), 2, {1}) == 8);
  BOOST_TEST(fixture.find(tenant_of(1), 1, {2}) == 7);
  BOOST_TEST(fixture.keys.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_pair_that_was_replaced_is_overwritten) {
  KeysFixture fixture;
  fixture.keys.keep(0, tenant_of(1), pair_of(1), key_of(7));
  fixture.keys.keep(0, tenant_of(1), pair_of(2), key_of(8));
  BOOST_TEST(fixture.find(tenant_of(1), 2) == 8);
  BOOST_TEST(fixture.keys.size() == 1U);
  BOOST_TEST(fixture.find(tenant_of(1), 1, {2}) == 0);
}

BOOST_AUTO_TEST_CASE(a_key_is_overwritten_a_minute_after_it_was_opened) {
  KeysFixture fixture;
  fixture.keys.keep(0, tenant_of(1), pair_of(1), key_of(7));
  fixture.now += OpenedKeys::lifetime / 2;
  fixture.keys.keep(0, tenant_of(1), pair_of(1), key_of(7));  // does not last longer by being used
  fixture.keys.keep(0, tenant_of(2), pair_of(2), key_of(8));
  BOOST_TEST(fixture.find(tenant_of(1), 1) == 7);
  fixture.now += OpenedKeys::lifetime / 2;
  BOOST_TEST(fixture.find(tenant_of(1), 1) == 0);
  BOOST_TEST(fixture.keys.size() == 1U);
  fixture.now += OpenedKeys::lifetime / 2;
  fixture.keys.wipe_expired();
  BOOST_TEST(fixture.keys.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_tenant_is_forgotten) {
  KeysFixture fixture;
  fixture.keys.keep(0, tenant_of(1), pair_of(1), key_of(7));
  fixture.keys.keep(0, tenant_of(2), pair_of(2), key_of(8));
  fixture.keys.forget(tenant_of(1));
  BOOST_TEST(fixture.find(tenant_of(1), 1) == 0);
  BOOST_TEST(fixture.find(tenant_of(2), 2) == 8);
}

BOOST_AUTO_TEST_CASE(new_keyrings_overwrite_all_and_earlier_ones_add_nothing) {
  KeysFixture fixture;
  fixture.keys.keep(3, tenant_of(1), pair_of(1), key_of(7));
  fixture.keys.begin(4);
  BOOST_TEST(fixture.keys.size() == 0U);
  fixture.keys.keep(3, tenant_of(1), pair_of(1), key_of(7));
  BOOST_TEST(fixture.keys.size() == 0U);
  fixture.keys.keep(4, tenant_of(1), pair_of(1), key_of(7));
  BOOST_TEST(fixture.find(tenant_of(1), 1) == 7);
}

BOOST_AUTO_TEST_CASE(there_are_at_most_1024) {
  KeysFixture fixture;
  for (std::uint32_t i = 0; i < 8 * OpenedKeys::most; ++i) {
    fixture.keys.keep(0, tenant_of(i), pair_of(1), key_of(7));
    fixture.now += std::chrono::nanoseconds(1);
  }
  BOOST_TEST(fixture.keys.size() <= OpenedKeys::most);
  BOOST_TEST(fixture.keys.size() > OpenedKeys::most / 2);
  BOOST_TEST(fixture.find(tenant_of(8 * OpenedKeys::most - 1), 1) == 7);  // the oldest gave way
}

BOOST_AUTO_TEST_CASE(the_hash_of_a_pair_has_all_that_opening_depends_on) {
  crypto::TenantKey pair;
  pair.box = {1, 2, 3};
  const crypto::Digest first = pair_digest(tenant_of(1), pair);
  BOOST_TEST((pair_digest(tenant_of(2), pair) != first));
  crypto::TenantKey other = pair;
  other.box.back() = 4;
  BOOST_TEST((pair_digest(tenant_of(1), other) != first));
  other = pair;
  other.public_key.back() = 1;
  BOOST_TEST((pair_digest(tenant_of(1), other) != first));
  other = pair;
  other.certificate.emplace();
  const crypto::Digest certified = pair_digest(tenant_of(1), other);
  BOOST_TEST((certified != first));
  other.certificate->number.front() = 1;
  BOOST_TEST((pair_digest(tenant_of(1), other) != certified));
}

BOOST_AUTO_TEST_CASE(threads_share_the_entries) {
  OpenedKeys keys;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::uint8_t t = 0; t < 3; ++t) {
    threads.emplace_back([&keys, &wrong, t] {
      for (std::uint32_t i = 0; i < 3000; ++i) {
        const auto number = static_cast<std::uint8_t>(1 + i % 100);
        const std::vector<crypto::Digest> pairs(1, pair_of(number));
        const auto found = keys.find(tenant_of(number), pairs.front(), pairs);
        if (found && found->data()[31] != number) ++wrong;
        if (!found) keys.keep(0, tenant_of(number), pair_of(number), key_of(number));
        if (t == 0 && i % 100 == 0) keys.wipe_expired();
        if (t == 1 && i % 500 == 0) keys.begin(0);
        if (t == 2) keys.forget(tenant_of(1 + i % 7));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(a_pair_that_was_altered_after_a_release_opens_nothing) {
  StoreFixture fixture;
  NewSecret secret = new_default("name", "tool", "key", "the value");
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().create(tenant_id(1), std::move(secret), who())));
  const auto resolve = [&fixture] {
    ResolveQuery query;
    query.tenant = tenant_id(1);
    query.tool_name = "tool";
    return fixture.wait(resolve_values(fixture.store(), std::move(query), who()));
  };
  BOOST_TEST(resolve().has_value());
  BOOST_TEST(resolve().has_value());
  WorkBody<void> body = alter_box;
  BOOST_REQUIRE(fixture.wait(write<void>(fixture.engine(), std::move(body), Growth::shrinks, 0)));
  const auto altered = resolve();
  BOOST_REQUIRE(!altered);
  BOOST_TEST((altered.error().code == Errc::integrity));
}

BOOST_AUTO_TEST_SUITE_END()
