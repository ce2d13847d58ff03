// The watch of a served store publishes what it finds, for requests, the control socket and metrics.
#include "server/serve/store_watch.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <thread>

#include "server/control/control_answers.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/keys/prekeys.hpp"
#include "store/rows/rekey_mark.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "test/unit/server/serve/signed_store_fixture.hpp"

using namespace tacit;
using namespace tacit::server;
using test::comes_true;
using test::SignedStore;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

store::Task<store::Outcome<void>> put_row(store::Transaction& transaction, store::Table table, const store::Bytes& key,
                                          const store::Bytes& value) {
  transaction.put(table, key, value);
  co_return store::Outcome<void>();
}

void put(const SignedStore& made, store::Table table, store::ByteView key, store::Bytes value) {
  const store::Bytes copy(key.begin(), key.end());
  store::WorkBody<void> body = [table, copy, value = std::move(value)](store::Transaction& transaction) {
    return put_row(transaction, table, copy, value);
  };
  BOOST_REQUIRE(run(store::write<void>(*made.store->context()->engine, std::move(body))));
}

/// A tenant as in a backup from before keys were signed.
void put_unsigned_tenant(const SignedStore& made) {
  const store::StoreKeys& keys = made.store->context()->keys;
  store::Tenant tenant = store::new_tenant(*keys.metadata, crypto::make_uuid_v4());
  tenant.record.format = 3;
  tenant.record.changes = 0;
  tenant.record.key = crypto::make_tenant_key(*keys.root_public, tenant.id);
  put(made, store::Table::tenants, store::record_row_key(tenant.id).view(),
      store::encode_tenant_record(tenant.record, tenant.id, *tenant.keys));
}

Texts warnings_of(const StoreWatch& watch) {
  const auto published = watch.warnings().get();
  return published == nullptr ? Texts() : *published;
}

/// As an attacker with write access to the database.
void erase_newest_entry(store::Store& store) {
  std::promise<void> erased;
  store::Write write;
  write.work = [](store::Transaction& transaction) -> store::Task<bool> {
    const auto newest = co_await transaction.newest_entry({});
    if (!newest) co_return false;
    const store::Bytes key(newest->key.begin(), newest->key.end());
    transaction.erase(store::Table::audit, key);
    co_return true;
  };
  write.done = [&erased](std::optional<store::Errc>) { erased.set_value(); };
  store.context()->engine->submit(std::move(write));
  erased.get_future().wait();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_watch)

BOOST_AUTO_TEST_CASE(it_counts_key_pairs_and_warns_until_there_are_enough) {
  SignedStore made;
  StoreWatch watch(*made.store, {.head_interval = 0s, .prekey_pool = 16, .serves_api = true});
  watch.start();
  const Texts few{"only 0 key pairs are ready for new tenants: the tool plane makes them; see tacit key prekeys"};
  BOOST_TEST(comes_true([&] { return warnings_of(watch) == few; }));
  BOOST_REQUIRE(run(made.store->prekeys().add(5)));
  watch.reconfigured(16);
  BOOST_TEST(comes_true([&] { return warnings_of(watch).empty(); }));
  BOOST_TEST(comes_true([&] { return watch.findings().unsigned_tenants == 0U; }));
  watch.stop();
  const StoreFindings found = watch.findings();
  BOOST_TEST(found.prekeys.value_or(0) == 5U);
  BOOST_TEST(found.prekeys_low == 4U);
  boost::json::object answer;
  describe_signatures(answer, watch);
  BOOST_TEST(boost::json::serialize(answer) ==
             R"({"signing":{"phase":2,"unsigned_tenants":0,"prekeys":5,"prekeys_low":4,"audit_intact":true,)"
             R"("cut_off_fault":null,"rekey_unfinished":false},"warnings":[]})");
}

BOOST_AUTO_TEST_CASE(it_counts_unsigned_tenants_although_signatures_are_required) {
  SignedStore made;
  put_unsigned_tenant(made);
  StoreWatch watch(*made.store, {.head_interval = 0s});
  watch.start();
  BOOST_TEST(comes_true([&] { return watch.findings().unsigned_tenants == 1U; }));
  const Texts expected{
      "1 tenant's key is not signed, so its values are neither stored nor released: run tacit tenant rekey --all"};
  BOOST_TEST(comes_true([&] { return warnings_of(watch) == expected; }));
  watch.stop();
}

BOOST_AUTO_TEST_CASE(it_finds_an_unfinished_rekey) {
  SignedStore made;
  const store::StoreKeys& keys = made.store->context()->keys;
  put(made, store::Table::meta, store::rekey_row_key(), store::rekey_value(5, *keys.root_signer(), keys.store()));
  StoreWatch watch(*made.store, {.head_interval = 0s});
  watch.start();
  BOOST_TEST(comes_true([&] { return watch.findings().rekey_unfinished; }));
  BOOST_TEST(comes_true([&] { return warnings_of(watch) == Texts{rekey_is_unfinished}; }));
  watch.stop();
  boost::json::object answer;
  describe_signatures(answer, watch);
  BOOST_TEST(answer.at("signing").at("rekey_unfinished").as_bool());
}

// A walk of many rows takes long. An attacker can make it longer.
BOOST_AUTO_TEST_CASE(a_walk_does_not_delay_the_looks_at_the_log) {
  SignedStore made;
  for (int i = 0; i < 40; ++i) BOOST_REQUIRE(run(made.store->prekeys().add(64)));
  store::AuditEvent event;
  event.action = store::AuditAction::credential_refused;
  BOOST_REQUIRE(run(made.store->audit().record(
      std::move(event), {.plane = "tools", .actor = "tool:test", .peer = {}, .request_id = {}})));
  // Five parts of the pool: the walk takes at least 4 s.
  StoreWatch watch(*made.store, {.head_interval = 1s, .prekey_pool = 16, .walk_pause = 1s});
  watch.start();
  erase_newest_entry(*made.store);
  StoreFindings found;
  BOOST_TEST(comes_true([&] {
    found = watch.findings();
    return found.changed_entry.has_value();
  }));
  BOOST_TEST(!found.prekeys.has_value());
  watch.stop();
}

BOOST_AUTO_TEST_CASE(it_can_be_stopped_without_a_start_and_twice) {
  SignedStore made;
  StoreWatch watch(*made.store, {});
  watch.stop();
  BOOST_TEST(warnings_of(watch).empty());
  watch.start();
  watch.stop();
  watch.stop();
}

BOOST_AUTO_TEST_SUITE_END()
