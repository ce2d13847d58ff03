// Prekeys: their rows, the pick from a random place, and that each is taken once.
#include "store/rows/prekey.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "store/engine/await.hpp"
#include "store/rows/codec.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

Task<Outcome<void>> put_all(Transaction& transaction, const std::vector<crypto::TenantKey>& keys) {
  for (const crypto::TenantKey& key : keys) put_prekey(transaction, key);
  co_return Outcome<void>();
}

Task<Outcome<std::optional<Prekey>>> pick(Transaction& transaction, crypto::KeyNumber start) {
  auto picked = co_await pick_prekey(transaction, start);
  co_return picked;
}

Task<Outcome<bool>> take(Transaction& transaction, const Prekey& prekey) {
  const bool taken = co_await take_prekey(transaction, prekey);
  co_return taken;
}

/// A store with that many prekeys; their numbers begin with 0x10, 0x20, ….
struct PrekeyFixture : StoreFixture {
  explicit PrekeyFixture(std::size_t count) : StoreFixture(signed_store()) {
    for (std::size_t i = 0; i < count; ++i) {
      keys.push_back(certified_key());
      keys.back().certificate->number.fill(static_cast<std::uint8_t>(0x10 * (i + 1)));
    }
    BOOST_REQUIRE(wait(write<void>(engine(), [this](Transaction& transaction) { return put_all(transaction, keys); })));
  }
  std::optional<Prekey> pick_from(std::uint8_t first) {
    crypto::KeyNumber start;
    start.fill(first);
    auto picked = read_blocking<std::optional<Prekey>>(
        engine(), [start](Transaction& transaction) { return pick(transaction, start); });
    BOOST_REQUIRE(picked);
    return std::move(*picked);
  }
  bool take_it(const Prekey& prekey) {
    const auto taken =
        wait(write<bool>(engine(), [&prekey](Transaction& transaction) { return take(transaction, prekey); }));
    BOOST_REQUIRE(taken);
    return *taken;
  }
  std::size_t left() {
    const Rows all = rows(Table::meta);
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const auto& row) { return row.first.starts_with("prekey"); }));
  }

  std::vector<crypto::TenantKey> keys;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(prekey)

BOOST_AUTO_TEST_CASE(a_row_is_as_documented) {
  const crypto::TenantKey key = certified_key(0x0102);
  const Bytes row = encode_prekey(key);
  Decoder decoder(row);
  BOOST_TEST(decoder.u8() == 1U);
  BOOST_TEST(decoder.i64() == 0x0102);
  BOOST_TEST(crypto::to_hex(decoder.raw(65)) == crypto::to_hex(key.public_key));
  const ByteView box = decoder.raw(decoder.u16());
  BOOST_TEST(crypto::to_hex(box) == crypto::to_hex(key.box));
  BOOST_TEST(crypto::to_hex(decoder.raw(8)) == crypto::to_hex(key.certificate->signer));
  BOOST_TEST(crypto::to_hex(decoder.raw(64)) == crypto::to_hex(key.certificate->signature));
  BOOST_TEST(decoder.done());
  const Bytes row_key = prekey_row_key(key.certificate->number);
  BOOST_TEST(crypto::as_text(ByteView(row_key).first(6)) == "prekey");
  BOOST_TEST(crypto::to_hex(ByteView(row_key).subspan(6)) == crypto::to_hex(key.certificate->number));
  const auto read = decode_prekey(row_key, row);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((*read == key));
}

BOOST_AUTO_TEST_CASE(rows_of_another_form_are_no_prekeys) {
  const crypto::TenantKey key = certified_key();
  const Bytes row = encode_prekey(key);
  const Bytes row_key = prekey_row_key(key.certificate->number);
  for (std::size_t size = 0; size < row.size(); ++size) {
    BOOST_TEST(!decode_prekey(row_key, ByteView(row).first(size)).has_value());
  }
  Bytes longer = row;
  longer.push_back(0);
  BOOST_TEST(!decode_prekey(row_key, longer).has_value());
  Bytes newer = row;
  newer.front() = 2;
  BOOST_TEST(!decode_prekey(row_key, newer).has_value());
  BOOST_TEST(!decode_prekey(ByteView(row_key).first(row_key.size() - 1), row).has_value());
  BOOST_TEST(!decode_prekey(crypto::as_bytes("erasing 0123456789ab"), row).has_value());
}

BOOST_AUTO_TEST_CASE(the_first_one_from_the_start_is_picked_and_after_the_last_the_first_of_all) {
  PrekeyFixture fixture(3);
  BOOST_TEST((fixture.pick_from(0x00)->key == fixture.keys[0]));
  BOOST_TEST((fixture.pick_from(0x10)->key == fixture.keys[0]));
  BOOST_TEST((fixture.pick_from(0x11)->key == fixture.keys[1]));
  BOOST_TEST((fixture.pick_from(0x30)->key == fixture.keys[2]));
  BOOST_TEST((fixture.pick_from(0x31)->key == fixture.keys[0]));
  BOOST_TEST((fixture.pick_from(0xff)->key == fixture.keys[0]));
  BOOST_TEST(!PrekeyFixture(0).pick_from(0x00).has_value());
}

BOOST_AUTO_TEST_CASE(a_prekey_is_taken_once) {
  PrekeyFixture fixture(3);
  const auto prekey = fixture.pick_from(0x20);
  BOOST_REQUIRE(prekey.has_value());
  BOOST_TEST(fixture.take_it(*prekey));
  BOOST_TEST(!fixture.take_it(*prekey));
  BOOST_TEST(fixture.left() == 2U);
  BOOST_TEST((fixture.pick_from(0x20)->key == fixture.keys[2]));
}

BOOST_AUTO_TEST_CASE(a_prekey_that_was_changed_is_not_taken) {
  PrekeyFixture fixture(1);
  const auto prekey = fixture.pick_from(0);
  crypto::TenantKey other = certified_key();
  other.certificate->number = prekey->key.certificate->number;
  fixture.put(Table::meta, std::string(crypto::as_text(prekey->row_key)),
              std::string(crypto::as_text(encode_prekey(other))));
  BOOST_TEST(!fixture.take_it(*prekey));
  BOOST_TEST(fixture.left() == 1U);
}

// A picked row that cannot be read counts as an attempt of its caller, like one with a wrong signature.
BOOST_AUTO_TEST_CASE(an_unreadable_row_is_picked_without_a_certificate) {
  PrekeyFixture fixture(0);
  fixture.put(Table::meta, "prekey and more", "x");
  const auto prekey = fixture.pick_from(0);
  BOOST_REQUIRE(prekey.has_value());
  BOOST_TEST(!prekey->key.certificate.has_value());
  BOOST_TEST(crypto::as_text(prekey->row) == "x");
}

BOOST_AUTO_TEST_CASE(verify_names_prekeys_that_are_not_as_they_were_signed) {
  StoreFixture fixture(signed_store());
  const auto put = [&](const crypto::TenantKey& key, const Bytes& row) {
    fixture.put(Table::meta, std::string(crypto::as_text(prekey_row_key(key.certificate->number))),
                std::string(crypto::as_text(row)));
  };
  const crypto::TenantKey key = certified_key();
  const std::string name = "prekey " + crypto::to_hex(key.certificate->number) + ": ";
  const Bytes row = encode_prekey(key);
  put(key, row);
  BOOST_TEST(fixture.verify().problem_count == 0U);
  for (const std::size_t at : {std::size_t{0}, std::size_t{3}, std::size_t{20}, row.size() - 1}) {
    Bytes altered = row;
    altered[at] ^= 1;
    put(key, altered);
    const VerifyReport report = fixture.verify();
    BOOST_TEST(report.problem_count == 1U);
    BOOST_TEST(report.problems.front() == name + "its row was altered");
  }
  const StoreKeys other = keys_of_another_deployment();
  crypto::TenantKey planted = crypto::make_certified_key(*other.root_public, *other.root_signer(),
                                                         keys_of_phase(crypto::SigningPhase::required).store(), 1);
  planted.certificate->number = key.certificate->number;
  put(key, encode_prekey(planted));
  BOOST_TEST(fixture.verify().problems.front() == name + "is signed by the key " +
                                                      crypto::to_hex(other.root_signer()->id) +
                                                      ", which root-public-keyring does not accept");
}

BOOST_AUTO_TEST_SUITE_END()
