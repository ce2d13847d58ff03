// The newest format of rows: which are known, and that it is read no more once the newest was seen.
#include <boost/test/unit_test.hpp>

#include "store/rows/store_meta.hpp"
#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

struct RowsFixture : StoreFixture {
  std::atomic<std::uint32_t> seen{0};

  void take(std::uint32_t format) { put(Table::meta, text(rows_row_key()), text(rows_value(format))); }
  std::uint32_t read() {
    return *read_blocking<std::uint32_t>(engine(), [this](Transaction& transaction) { return find(transaction); });
  }
  Task<Outcome<std::uint32_t>> find(Transaction& transaction) {
    const std::uint32_t format = co_await rows_format(transaction, seen);
    co_return format;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rows_format_row)

BOOST_AUTO_TEST_CASE(known_formats) {
  for (std::uint32_t format = 0; format < 9; ++format) {
    const bool known = format == 2 || format == 3 || format == 5;
    BOOST_TEST(rows_format_of(rows_value(format)) == (known ? format : 1U));
    BOOST_TEST(format_of(format_value(format)).has_value() == (format >= 1 && format <= 6));
  }
  BOOST_TEST(rows_format_of(Bytes{5, 0}) == 1U);
  BOOST_TEST(rows_format_of({}) == 1U);
}

BOOST_AUTO_TEST_CASE(the_newest_format_is_read_once) {
  RowsFixture fixture;
  for (const std::uint32_t format : {2U, third_rows_format, fifth_rows_format}) {
    fixture.take(format);
    BOOST_TEST(fixture.read() == format);
  }
  fixture.take(third_rows_format);  // it never falls, so nobody looks
  BOOST_TEST(fixture.read() == fifth_rows_format);
  fixture.seen = 0;
  BOOST_TEST(fixture.read() == third_rows_format);
}

BOOST_AUTO_TEST_SUITE_END()
