// The end of a signed row: what the signature covers, which signers are accepted, and what is remembered.
#include "store/rows/signed_row.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/primitives/aad.hpp"
#include "store/rows/signed_memory.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

constexpr std::string_view context = "tacit signed test 1";
const Bytes extra = {1, 2, 3};

StoreKeys required() { return keys_of_phase(crypto::SigningPhase::required); }

Bytes some_row(const StoreKeys& keys, ByteView more = extra) {
  Bytes row = {7, 0, 9};
  append_row_signature(row, context, *keys.root_signer(), keys.store(), more);
  return row;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signed_row)

BOOST_AUTO_TEST_CASE(the_signed_bytes_are_as_documented) {
  const StoreKeys keys = required();
  const Bytes row = some_row(keys);
  BOOST_REQUIRE_EQUAL(row.size(), 3 + row_signature_size);
  const ByteView content = ByteView(row).first(3 + 8);
  BOOST_TEST(crypto::to_hex(content.subspan(3)) == crypto::to_hex(keys.root_signer()->id));
  const auto message = crypto::canonical(context, {keys.store().view(), extra, content});
  const auto signature = crypto::ed25519_sign(keys.root_signer()->key.seed(), message.view());
  BOOST_TEST(crypto::to_hex(ByteView(row).subspan(3 + 8)) == crypto::to_hex(signature));
  // Without more there is no such field.
  const Bytes plain = some_row(keys, {});
  const auto shorter = crypto::canonical(context, {keys.store().view(), ByteView(plain).first(3 + 8)});
  const auto other = crypto::ed25519_sign(keys.root_signer()->key.seed(), shorter.view());
  BOOST_TEST(crypto::to_hex(ByteView(plain).subspan(3 + 8)) == crypto::to_hex(other));
}

BOOST_AUTO_TEST_CASE(no_byte_can_be_changed_or_left_out) {
  for (const StoreKeys& keys : {required(), with_memory(required())}) {
    const Bytes row = some_row(keys);
    BOOST_TEST((check_row_signature(row, context, keys, extra) == RowSignature::good));
    for (std::size_t i = 0; i < row.size(); ++i) {
      Bytes altered = row;
      altered[i] ^= 1;
      BOOST_TEST((check_row_signature(altered, context, keys, extra) != RowSignature::good));
      BOOST_TEST((check_row_signature(ByteView(row).first(i), context, keys, extra) != RowSignature::good));
    }
    BOOST_TEST((check_row_signature(row, "tacit signed test 2", keys, extra) == RowSignature::wrong));
    BOOST_TEST((check_row_signature(row, context, keys, {}) == RowSignature::wrong));
    BOOST_TEST((check_row_signature(row, context, keys, Bytes{1, 2}) == RowSignature::wrong));
  }
}

BOOST_AUTO_TEST_CASE(only_root_signing_keys_of_the_ring_are_accepted) {
  const StoreKeys keys = required();
  const Bytes foreign = some_row(keys_of_another_deployment());
  const RowSignature unknown = check_row_signature(foreign, context, keys, extra);
  BOOST_TEST((unknown == RowSignature::unknown_signer));
  BOOST_TEST(fault_of_signature(unknown, foreign) ==
             "is signed by the key " + crypto::to_hex(keys_of_another_deployment().root_signer()->id) +
                 ", which root-public-keyring does not accept");
  for (const auto& ring : {keys.audit_api, keys.audit_tools, keys.audit_operator}) {
    Bytes row = {7};
    append_row_signature(row, context, ring->entries().front(), keys.store(), extra);
    BOOST_TEST((check_row_signature(row, context, keys, extra) == RowSignature::unknown_signer));
  }
  // The key is good, but signed for another store.
  Bytes row = {7};
  append_row_signature(row, context, *keys.root_signer(), crypto::Uuid{}, extra);
  BOOST_TEST((check_row_signature(row, context, keys, extra) == RowSignature::wrong));
}

BOOST_AUTO_TEST_CASE(an_active_key_is_accepted_like_the_primary_one) {
  const Bytes row = some_row(required());
  BOOST_TEST(
      (check_row_signature(row, context, keys_of_phase(crypto::SigningPhase::none), extra) == RowSignature::good));
}

BOOST_AUTO_TEST_CASE(a_row_is_verified_once) {
  const StoreKeys keys = with_memory(required());
  const Bytes row = some_row(keys);
  for (int i = 0; i < 3; ++i) BOOST_TEST((check_row_signature(row, context, keys, extra) == RowSignature::good));
  BOOST_TEST(keys.memory->verifications() == 1U);
  Bytes bad = row;
  bad.back() ^= 1;
  for (int i = 0; i < 3; ++i) BOOST_TEST((check_row_signature(bad, context, keys, extra) == RowSignature::wrong));
  BOOST_TEST(keys.memory->verifications() == 4U);  // a wrong one is not remembered
}

BOOST_AUTO_TEST_SUITE_END()
