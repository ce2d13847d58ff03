// The keeper of the pool fills it, replaces what new tenants take, and costs an idle server nearly nothing.
#include "server/serve/prekey_keeper.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

#include "server/wiring/open_store.hpp"
#include "store/engine/context.hpp"
#include "store/keys/prekeys.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/server/serve/signed_store_fixture.hpp"

using namespace tacit;
using namespace tacit::server;
using namespace std::chrono_literals;
using test::comes_true;
using test::SignedStore;

namespace {

std::uint64_t usable(const SignedStore& made) {
  const auto figures = made.store->prekeys().figures();
  BOOST_REQUIRE(figures);
  return figures->usable;
}

std::uint64_t rows_read(const SignedStore& made) { return made.store->context()->engine->statistics().rows_read; }

/// Takes a pair of the pool.
void add_tenant(const SignedStore& made, std::uint8_t number) {
  crypto::Uuid tenant;
  tenant.bytes.fill(number);
  store::NewSecret secret;
  secret.name = "a";
  secret.value = crypto::WipedBytes(crypto::as_bytes("value"));
  const store::AuditContext who{.plane = "tools", .actor = "tool:test", .peer = {}, .request_id = {}};
  BOOST_REQUIRE(run(made.store->secrets().create(tenant, std::move(secret), who)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(prekey_keeper)

BOOST_AUTO_TEST_CASE(it_fills_the_pool_and_replaces_what_is_taken) {
  const SignedStore made;
  PrekeyKeeper keeper(*made.store, 50);
  BOOST_TEST(comes_true([&] { return usable(made) >= 50; }));
  for (std::uint8_t i = 1; i <= 45; ++i) add_tenant(made, i);
  // Long before its next count.
  bool full = false;
  for (int i = 0; i < 100 && !full; ++i) {
    std::this_thread::sleep_for(100ms);
    full = usable(made) >= 50;
  }
  BOOST_TEST(full);
  keeper.end();
}

BOOST_AUTO_TEST_CASE(it_does_not_read_a_full_pool_again_and_again) {
  const SignedStore made;
  PrekeyKeeper keeper(*made.store, 100);
  BOOST_TEST(comes_true([&] { return usable(made) >= 100; }));
  std::this_thread::sleep_for(200ms);  // the last batch is counted
  const std::uint64_t before = rows_read(made);
  std::this_thread::sleep_for(2500ms);
  BOOST_TEST(rows_read(made) - before < 100U);
}

BOOST_AUTO_TEST_CASE(a_changed_pool_is_filled) {
  const SignedStore made;
  PrekeyKeeper keeper(*made.store, 10);
  BOOST_TEST(comes_true([&] { return usable(made) >= 10; }));
  keeper.change(20);
  BOOST_TEST(comes_true([&] { return usable(made) >= 20; }));
}

BOOST_AUTO_TEST_SUITE_END()
