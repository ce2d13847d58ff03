// A new store: its format, and the key pairs for new tenants that it begins with.
#include "store/store.hpp"

#include <boost/test/unit_test.hpp>

#include "store/keys/prekeys.hpp"
#include "store/model/failures.hpp"
#include "store/rows/store_meta.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using tacit::crypto::SigningPhase;

namespace {

StoreOptions new_store(const TemporaryFolder& folder) {
  StoreOptions options;
  options.directory = folder.path() / "store";
  options.map_size = std::uint64_t{1} << 24;
  options.new_format = store_format;
  options.new_prekeys = 512;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store)

BOOST_AUTO_TEST_CASE(a_new_store_has_key_pairs_for_new_tenants) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  const StoreKeys keys = keys_of_phase(SigningPhase::required);
  BOOST_REQUIRE(Store::create(new_store(folder), keys));
  const auto opened = Store::open(new_store(folder), keys);
  BOOST_REQUIRE_MESSAGE(opened, opened.error().subject);
  const auto figures = (*opened)->prekeys().figures();
  BOOST_REQUIRE(figures);
  BOOST_TEST(figures->usable == 512U);
  BOOST_TEST(figures->unusable == 0U);
  BOOST_REQUIRE(figures->by_key.size() == 1U);
  BOOST_TEST((figures->by_key.begin()->first.first == keys.root_public->primary().id));
  BOOST_TEST((figures->by_key.begin()->first.second == keys.root_signer()->id));
}

BOOST_AUTO_TEST_CASE(without_the_root_signing_key_no_store_with_key_pairs_is_made) {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  StoreKeys keys = keys_of_phase(SigningPhase::required);
  keys.root_signing = nullptr;
  const auto made = Store::create(new_store(folder), keys);
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().code == Errc::not_allowed));
  BOOST_TEST(!std::filesystem::exists(folder.path() / "store" / "data.mdb"));
}

BOOST_AUTO_TEST_SUITE_END()
