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
#include "store/keys/keys.hpp"
#include "store/rows/store_meta.hpp"
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
             R"({"signing":{"phase":2,"unsigned_tenants":0,"prekeys":5,"prekeys_low":4,"audit_intact":true},)"
             R"("warnings":[]})");
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
