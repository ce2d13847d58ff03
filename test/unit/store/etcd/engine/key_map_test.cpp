// Where rows are in etcd.
#include "store/etcd/engine/key_map.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/memory/bytes.hpp"

using namespace tacit::store;
using namespace tacit::store::etcd;

namespace {

Bytes bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }
std::string text(ByteView view) { return std::string(tacit::crypto::as_text(view)); }

std::string ranges_of(Table table, std::string_view prefix, std::string_view start) {
  const KeyMap keys("x");
  std::string all;
  for (const KeyRange& range : keys.ranges(table, bytes(prefix), bytes(start)))
    all += text(ByteView(range.first).subspan(8)) + "-" + text(ByteView(range.end).subspan(8)) + " ";
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(etcd_key_map)

BOOST_AUTO_TEST_CASE(tables_have_letters) {
  const KeyMap keys("x");
  BOOST_TEST(text(keys.key(Table::meta, bytes("format"))) == "tacit/x/mformat");
  BOOST_TEST(text(keys.key(Table::meta, bytes("prekey1"))) == "tacit/x/pprekey1");
  BOOST_TEST(text(keys.key(Table::meta, bytes("use ab"))) == "tacit/x/uuse ab");
  BOOST_TEST(text(keys.key(Table::tenants, bytes("a"))) == "tacit/x/ta");
  BOOST_TEST(text(keys.key(Table::api_keys, bytes("a"))) == "tacit/x/ka");
  BOOST_TEST(text(keys.row_key(keys.key(Table::meta, bytes("use ab")))) == "use ab");
}

BOOST_AUTO_TEST_CASE(scans_of_meta_pass_its_letters_in_the_order_of_the_rows) {
  BOOST_TEST(ranges_of(Table::meta, "", "") ==
             "m-mprekey pprekey-pprekez mprekez-muse  uuse -uuse! muse!-muses  uuses -uuses! muses!-n ");
  BOOST_TEST(ranges_of(Table::meta, "prekey", "prekeyab") == "pprekeyab-pprekez ");
  BOOST_TEST(ranges_of(Table::meta, "r", "") == "mr-ms ");
  BOOST_TEST(ranges_of(Table::meta, "", "use b") == "uuse b-uuse! muse!-muses  uuses -uuses! muses!-n ");
  BOOST_TEST(ranges_of(Table::meta, "u", "") == "mu-muse  uuse -uuse! muse!-muses  uuses -uuses! muses!-mv ");
}

BOOST_AUTO_TEST_CASE(every_range_has_an_end) {
  BOOST_TEST(ranges_of(Table::tenants, "", "") == "t-u ");
  BOOST_TEST(ranges_of(Table::tenants, "ab", "") == "tab-tac ");
  BOOST_TEST(ranges_of(Table::tenants, "ab", "abx") == "tabx-tac ");
  BOOST_TEST(ranges_of(Table::tenants, "ab", "b") == "");
  BOOST_TEST(ranges_of(Table::api_keys, "\xFF\xFF", "") == "k\xFF\xFF-l ");
}

BOOST_AUTO_TEST_CASE(blocks_and_heads_name_their_slot) {
  const KeyMap keys("x");
  const BlockPlace place{AuditSlot{0x1002}, 0x0102030405060708};
  BOOST_TEST((keys.place_of_block(keys.block(place)) == place));
  BOOST_TEST((keys.slot_of_head(keys.head(AuditSlot{0x1002})) == AuditSlot{0x1002}));
  BOOST_TEST(!keys.place_of_block(keys.head(place.slot)));
  BOOST_TEST(!keys.slot_of_head(keys.block(place)));
}

BOOST_AUTO_TEST_CASE(copies_are_kept_of_api_keys_uses_and_records) {
  const KeyMap keys("x");
  Bytes record(17, 7);
  record.back() = 0;
  Bytes name = record;
  name.back() = 2;
  BOOST_TEST(keys.is_cached(keys.key(Table::api_keys, bytes("a"))));
  BOOST_TEST(keys.is_cached(keys.key(Table::meta, bytes("use a"))));
  BOOST_TEST(keys.is_cached(keys.key(Table::tenants, record)));
  BOOST_TEST(!keys.is_cached(keys.key(Table::tenants, name)));
  BOOST_TEST(!keys.is_cached(keys.key(Table::meta, bytes("format"))));
  BOOST_TEST((keys.table_of(keys.key(Table::tenants, record)) == Table::tenants));
}

BOOST_AUTO_TEST_SUITE_END()
