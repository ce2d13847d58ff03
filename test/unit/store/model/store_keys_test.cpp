// A store opens only with the keys that its record of keys names, and detects changes of the record.
#include <boost/test/unit_test.hpp>

#include "store/keys/keys.hpp"
#include "store/rows/store_meta.hpp"
#include "store/served_store.hpp"
#include "test/unit/store/keys/own_keyrings_fixture.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

/// Keyrings of another installation.
StoreKeys other_keys() {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  const auto file = [&](const char* name) { return folder.path() / name; };
  BOOST_REQUIRE(crypto::create_root_keyrings(file("private"), file("public")));
  BOOST_REQUIRE(crypto::create_metadata_keyring(file("metadata")));
  StoreKeys keys;
  keys.root_public =
      std::make_shared<const crypto::RootPublicKeyring>(*crypto::RootPublicKeyring::load(file("public")));
  keys.metadata = std::make_shared<const crypto::MetadataKeyring>(*crypto::MetadataKeyring::load(file("metadata")));
  keys.root_private =
      std::make_shared<const crypto::RootPrivateKeyring>(*crypto::RootPrivateKeyring::load(file("private")));
  return keys;
}

struct KeysFixture : StoreFixture {
  /// The refusal of those keys; empty if the store opens.
  std::string refusal(StoreKeys keys) {
    close();
    const auto opened = Store::open(store_options(), std::move(keys));
    if (opened) return {};
    BOOST_CHECK(opened.error().code == Errc::integrity);
    return opened.error().subject;
  }
};

bool says(const std::string& sentence, const std::string& words) {
  BOOST_TEST_INFO(sentence);
  return sentence.find(words) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_keys)

BOOST_AUTO_TEST_CASE(a_store_opens_with_its_own_keys) {
  KeysFixture fixture;
  BOOST_TEST(fixture.refusal(all_keys()).empty());
  BOOST_TEST(fixture.refusal(api_keys_only()).empty());
}

BOOST_AUTO_TEST_CASE(other_keyrings_do_not_open_a_store) {
  KeysFixture fixture;
  const StoreKeys own = all_keys();
  const StoreKeys other = other_keys();
  const std::string root = crypto::to_hex(own.root_public->primary().id);
  const std::string metadata = crypto::to_hex(own.metadata->primary().id);
  const std::string end = " that this store was made with";
  BOOST_TEST(says(fixture.refusal({own.root_public, other.metadata, own.root_private}),
                  "the metadata keyring does not hold the key " + metadata + end));
  BOOST_TEST(says(fixture.refusal({other.root_public, own.metadata, own.root_private}),
                  "the root public keyring does not hold the key " + root + end));
  BOOST_TEST(says(fixture.refusal({own.root_public, own.metadata, other.root_private}),
                  "the root private keyring does not hold the key " + root + end));
}

// An attacker who can write the public keyring adds a key of their own and makes it primary.
BOOST_AUTO_TEST_CASE(an_edited_public_keyring_does_not_serve) {
  OwnKeyrings rings;
  StoreFixtureOptions options;
  options.keys = rings.load();
  StoreFixture fixture(options);
  const StoreOptions opened = fixture.store_options();
  BOOST_TEST(fixture.store().reconfigure(rings.load(), opened).has_value());
  const crypto::KeyId added = rings.add(KeyKind::root);
  BOOST_TEST(fixture.store().reconfigure(rings.load(), opened).has_value());  // it only opens
  rings.promote(KeyKind::root, added);
  for (const bool with_private : {true, false}) {
    StoreKeys edited = rings.load();
    if (!with_private) edited.root_private = nullptr;
    const auto kept = fixture.store().reconfigure(edited, opened);
    BOOST_REQUIRE(!kept);
    BOOST_CHECK(kept.error().code == Errc::integrity);
    BOOST_TEST(
        says(kept.error().subject, "has the key " + crypto::to_hex(added) + " as primary, which the store does"));
    // How to judge the key comes before the command that accepts it.
    const std::string& told = kept.error().subject;
    BOOST_TEST(says(told, "first check that the key is your own"));
    BOOST_TEST(says(told, "run: tacit key rewrap root, which needs the private half"));
    BOOST_TEST(told.find("root-private-keyring") < told.find("run: tacit key rewrap root"));
    fixture.close();
    const auto served = open_served_store(opened, edited, [](std::uint32_t) {});
    BOOST_REQUIRE(!served);
    BOOST_TEST(served.error().subject == kept.error().subject);
    fixture.reopen();
  }
  // An operator may open it, and a rewrap names the key.
  fixture.reopen_with(rings.load());
  BOOST_TEST(!check_for_serving(fixture.store()).has_value());
  const auto unnamed = fixture.store().keys().unnamed_primaries();
  BOOST_REQUIRE(unnamed);
  BOOST_REQUIRE_EQUAL(unnamed->size(), 1U);
  BOOST_TEST((unnamed->front().kind == KeyKind::root && unnamed->front().id == added));
  const VerifyReport found = fixture.verify();
  BOOST_REQUIRE_EQUAL(found.problem_count, 1U);
  BOOST_TEST(says(found.problems.front(), "the store as a whole: the root public keyring has the key " +
                                              crypto::to_hex(added) + " as primary, which the store does not name"));
  // The retirement of another key does not name it by the way.
  const crypto::KeyId other = rings.add(KeyKind::root);
  BOOST_TEST(!fixture.wait(fixture.store().keys().change(KeyChange::retire, KeyKind::root, other, who())));
  BOOST_TEST(!check_for_serving(fixture.store()).has_value());
  BOOST_REQUIRE(fixture.wait(fixture.store().keys().begin_rewrap(KeyKind::root, who())));
  BOOST_TEST(check_for_serving(fixture.store()).has_value());
  fixture.close();
  BOOST_TEST(open_served_store(opened, rings.load(), [](std::uint32_t) {}).has_value());
}

BOOST_AUTO_TEST_CASE(a_missing_or_altered_record_of_the_keys_is_refused) {
  for (const bool gone : {true, false}) {
    KeysFixture fixture;
    std::string row = fixture.rows(Table::meta).at("keys");
    row.back() = static_cast<char>(row.back() ^ 1);
    fixture.put(Table::meta, "keys", gone ? std::optional<std::string>() : row);
    BOOST_TEST(says(fixture.refusal(all_keys()), gone ? "its keys are not recorded" : "was altered"));
  }
}

BOOST_AUTO_TEST_CASE(any_byte_of_the_record_of_the_keys) {
  KeysFixture fixture;
  const std::string row = fixture.rows(Table::meta).at("keys");
  const auto accepted = [](const std::string& text) {
    return check_keys(crypto::as_bytes(text), all_keys()).has_value();
  };
  BOOST_TEST(accepted(row));
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::string flipped = row;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    BOOST_TEST(!accepted(flipped));
    BOOST_TEST(!accepted(row.substr(0, i)));
  }
  BOOST_TEST(!accepted(row + "x"));
}

BOOST_AUTO_TEST_CASE(verify_checks_the_record_of_the_keys) {
  StoreFixture fixture;
  const std::string row = fixture.rows(Table::meta).at("keys");
  fixture.put(Table::meta, "keys", std::nullopt);
  BOOST_TEST(fixture.verify().problem_count == 1U);
  std::string altered = row;
  altered.back() = static_cast<char>(altered.back() ^ 1);
  fixture.put(Table::meta, "keys", altered);
  BOOST_TEST(fixture.verify().problem_count == 1U);
  fixture.put(Table::meta, "keys", row);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
