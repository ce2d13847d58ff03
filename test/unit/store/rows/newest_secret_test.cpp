// Ids of new secrets exceed the tenant's newest, whatever the clock says.
#include "store/rows/newest_secret.hpp"

#include <boost/test/unit_test.hpp>

#include "store/engine/await.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit;
using namespace tacit::store;
using namespace tacit::store::testing;
using namespace std::chrono_literals;

namespace {

const auto now = std::chrono::system_clock::now();

crypto::Uuid id(const char* text) { return crypto::parse_uuid(text).value(); }

Task<Outcome<std::optional<crypto::Uuid>>> store_and_read(Transaction& transaction, crypto::Uuid tenant,
                                                          crypto::Uuid secret) {
  put_newest_secret(transaction, tenant, secret);
  co_return co_await newest_secret(transaction, tenant);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(newest_secret_row)

BOOST_AUTO_TEST_CASE(the_clock_counts_while_it_is_ahead) {
  const auto first = id_above(std::nullopt, now);
  BOOST_REQUIRE(first);
  const auto later = id_above(*first, now + 1h);
  BOOST_REQUIRE(later);
  BOOST_TEST((*first < *later));
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_behind_gives_the_successor) {
  // Not by make_uuid_v7, whose ids rise within a process.
  const crypto::Uuid ahead = id("f0000000-0000-7000-8000-0000000000a0");
  const auto next = id_above(ahead, now);
  BOOST_REQUIRE(next);
  BOOST_TEST((ahead < *next));
  for (std::size_t i = 0; i < 15; ++i) BOOST_TEST(next->bytes.at(i) == ahead.bytes.at(i));
}

BOOST_AUTO_TEST_CASE(a_successor_keeps_version_and_variant) {
  const auto after = [](const char* text) {
    return id_above(id(text), std::chrono::system_clock::time_point())->str();
  };
  BOOST_TEST(after("ffffffff-0000-7000-8000-000000000000") == "ffffffff-0000-7000-8000-000000000001");
  BOOST_TEST(after("ffffffff-0000-7000-8000-0000000000ff") == "ffffffff-0000-7000-8000-000000000100");
  BOOST_TEST(after("ffffffff-0000-7000-bfff-ffffffffffff") == "ffffffff-0000-7001-8000-000000000000");
  BOOST_TEST(after("ffffffff-0000-7fff-bfff-ffffffffffff") == "ffffffff-0001-7000-8000-000000000000");
}

BOOST_AUTO_TEST_CASE(the_last_id_has_no_successor) {
  BOOST_TEST(!id_above(id("ffffffff-ffff-7fff-bfff-ffffffffffff"), now));
  BOOST_TEST(!id_above(id("ffffffff-ffff-8fff-bfff-ffffffffffff"), now));  // of another version
}

/// An import may have made it.
BOOST_AUTO_TEST_CASE(an_id_of_another_version_has_a_larger_one_of_version_7) {
  const auto after = [](const char* text) {
    return id_above(id(text), std::chrono::system_clock::time_point())->str();
  };
  BOOST_TEST(after("ffffffff-ffff-4fff-bfff-ffffffffffff") == "ffffffff-ffff-7000-8000-000000000000");
  BOOST_TEST(after("fffffffe-ffff-8123-8000-000000000005") == "ffffffff-0000-7000-8000-000000000000");
  BOOST_TEST(after("ffffffff-0000-7123-4567-000000000005") == "ffffffff-0000-7123-8000-000000000000");
  BOOST_TEST(after("ffffffff-0000-7123-c567-000000000005") == "ffffffff-0000-7124-8000-000000000000");
  BOOST_TEST(after("ffffffff-0000-7fff-c567-000000000005") == "ffffffff-0001-7000-8000-000000000000");
}

BOOST_AUTO_TEST_CASE(the_row_is_read_back_and_an_incomplete_one_is_refused) {
  StoreFixture fixture;
  const crypto::Uuid secret = crypto::make_uuid_v7(now);
  WorkBody<std::optional<crypto::Uuid>> body = [secret](Transaction& transaction) {
    return store_and_read(transaction, tenant_id(1), secret);
  };
  const auto found = fixture.wait(write<std::optional<crypto::Uuid>>(fixture.engine(), std::move(body)));
  BOOST_REQUIRE(found);
  BOOST_TEST((*found == secret));
  const std::string key(crypto::as_text(newest_secret_row_key(tenant_id(1)).view()));
  fixture.put(Table::tenants, key, std::string("short"));
  const auto short_one = read_blocking<std::optional<crypto::Uuid>>(
      fixture.engine(), [](Transaction& transaction) { return newest_secret(transaction, tenant_id(1)); });
  BOOST_REQUIRE(!short_one);
  BOOST_CHECK(short_one.error().code == Errc::integrity);
}

BOOST_AUTO_TEST_CASE(ids_that_are_given_at_the_same_time_differ) {
  const auto now = std::chrono::system_clock::now();
  const crypto::Uuid ahead = id("f0000000-0000-7000-8000-0000000000a0");
  GivenSecretIds ids;
  auto last = ahead;
  for (int i = 0; i < 100; ++i) {
    const auto id = ids.next(tenant_id(1), ahead, now);
    BOOST_REQUIRE(id.has_value());
    BOOST_TEST((last < *id));
    last = *id;
  }
  // The clock of this host counts for other tenants.
  const auto other = ids.next(tenant_id(2), std::nullopt, now);
  BOOST_REQUIRE(other.has_value());
  BOOST_TEST((*other < ahead));
}

BOOST_AUTO_TEST_SUITE_END()
