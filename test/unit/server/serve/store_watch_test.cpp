// The watch of a served store publishes what it finds, for requests, the control socket and metrics.
#include "server/serve/store_watch.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <thread>

#include "crypto/signing_edit.hpp"
#include "server/control/control_answers.hpp"
#include "server/wiring/open_store.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/rekey_mark.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "test/unit/server/temporary_directory_fixture.hpp"

using namespace tacit;
using namespace tacit::server;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

template <class Ring>
std::shared_ptr<const Ring> shared(crypto::KeyringResult<Ring> ring) {
  return std::make_shared<const Ring>(std::move(ring).value());
}

/// A signed store without prekeys, open as on the tool plane.
struct SignedStore {
  SignedStore() {
    const crypto::SigningFiles files{.root_public = file("root-public"),
                                     .root_signing = file("root-signing"),
                                     .audit_api = file("audit-api"),
                                     .audit_tools = file("audit-tools"),
                                     .audit_operator = file("audit-operator")};
    crypto::create_keyrings(files, file("root-private"), file("metadata")).value();
    store::StoreKeys keys;
    keys.root_public = shared(crypto::RootPublicKeyring::load(files.root_public));
    keys.metadata = shared(crypto::MetadataKeyring::load(file("metadata")));
    keys.root_signing = shared(crypto::SigningKeyring::load(files.root_signing, crypto::SigningRole::root));
    keys.audit_tools = shared(crypto::SigningKeyring::load(files.audit_tools, crypto::SigningRole::tools));
    store::StoreOptions options;
    options.directory = file("store");
    options.map_size = std::uint64_t{16} << 20;
    options.new_format = store::store_format;
    BOOST_REQUIRE(store::Store::create(options, keys));
    auto opened = store::Store::open(options, keys);
    BOOST_REQUIRE(opened);
    store = std::move(*opened);
  }
  std::filesystem::path file(const char* name) const { return folder.path() / name; }
  void put(store::Table table, store::ByteView key, store::Bytes value) {
    const store::Bytes copy(key.begin(), key.end());
    store::WorkBody<void> body = [table, copy, value = std::move(value)](store::Transaction& transaction) {
      return put_row(transaction, table, copy, value);
    };
    BOOST_REQUIRE(run(store::write<void>(*store->context()->engine, std::move(body))));
  }
  static store::Task<store::Outcome<void>> put_row(store::Transaction& transaction, store::Table table,
                                                   const store::Bytes& key, const store::Bytes& value) {
    transaction.put(table, key, value);
    co_return store::Outcome<void>();
  }
  /// A tenant as in a backup from before keys were signed.
  void put_unsigned_tenant() {
    const store::StoreKeys& keys = store->context()->keys;
    store::Tenant tenant = store::new_tenant(*keys.metadata, crypto::make_uuid_v4());
    tenant.record.format = 3;
    tenant.record.changes = 0;
    tenant.record.key = crypto::make_tenant_key(*keys.root_public, tenant.id);
    put(store::Table::tenants, store::record_row_key(tenant.id).view(),
        store::encode_tenant_record(tenant.record, tenant.id, *tenant.keys));
  }

  test::TemporaryDirectory folder;
  std::unique_ptr<store::Store> store;
};

bool comes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < 3000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

Texts warnings_of(const StoreWatch& watch) {
  const auto published = watch.warnings().get();
  return published == nullptr ? Texts() : *published;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_watch)

BOOST_AUTO_TEST_CASE(it_counts_key_pairs_and_warns_until_there_are_enough) {
  SignedStore made;
  StoreWatch watch(*made.store, {.head_interval = 0s, .prekey_pool = 16, .serves_api = true});
  watch.start();
  const Texts few{"only 0 key pairs are ready for new tenants: the tool plane makes them; see tacit key prekeys"};
  BOOST_TEST(comes_true([&] { return warnings_of(watch) == few; }));
  BOOST_REQUIRE(run(made.store->keys().add_prekeys(5)));
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
  made.put_unsigned_tenant();
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
  made.put(store::Table::meta, store::rekey_row_key(), store::rekey_value(5, *keys.root_signer(), keys.store()));
  StoreWatch watch(*made.store, {.head_interval = 0s});
  watch.start();
  BOOST_TEST(comes_true([&] { return watch.findings().rekey_unfinished; }));
  BOOST_TEST(comes_true([&] { return warnings_of(watch) == Texts{rekey_is_unfinished}; }));
  watch.stop();
  boost::json::object answer;
  describe_signatures(answer, watch);
  BOOST_TEST(answer.at("signing").at("rekey_unfinished").as_bool());
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
