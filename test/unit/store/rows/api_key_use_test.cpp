// The row of an API key's last use: only rows with the right MAC count.
#include "store/rows/api_key_use.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/store/store_fixture.hpp"

using namespace tacit;
using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

constexpr std::int64_t instant = 1'750'000'000'000'000;
const crypto::MetadataKeyring& ring() {
  static const StoreKeys keys = all_keys();
  return *keys.metadata;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api_key_use)

BOOST_AUTO_TEST_CASE(a_row_is_read_back) {
  const Bytes row = encode_api_key_use("AAAAAAAAAAA", instant, ring());
  BOOST_TEST(row.size() == 25U);
  BOOST_TEST((decode_api_key_use("AAAAAAAAAAA", row, ring()) == instant));
  const Bytes key = api_key_use_row_key("AAAAAAAAAAA");
  BOOST_TEST(crypto::as_text(key) == "use AAAAAAAAAAA");
  BOOST_TEST(api_key_of_use(key) == "AAAAAAAAAAA");
  BOOST_TEST(api_key_of_use(crypto::as_bytes("used")).empty());
}

BOOST_AUTO_TEST_CASE(a_row_of_another_key_or_an_altered_one_counts_as_missing) {
  const Bytes row = encode_api_key_use("AAAAAAAAAAA", instant, ring());
  BOOST_TEST(!decode_api_key_use("AAAAAAAAAAB", row, ring()));
  for (std::size_t i = 0; i < row.size(); ++i) {
    Bytes altered = row;
    altered[i] ^= 1;
    BOOST_TEST_CONTEXT("byte " << i) { BOOST_TEST(!decode_api_key_use("AAAAAAAAAAA", altered, ring())); }
    BOOST_TEST(!decode_api_key_use("AAAAAAAAAAA", ByteView(row).first(i), ring()));
  }
  Bytes longer = row;
  longer.push_back(0);
  BOOST_TEST(!decode_api_key_use("AAAAAAAAAAA", longer, ring()));
}

BOOST_AUTO_TEST_SUITE_END()
