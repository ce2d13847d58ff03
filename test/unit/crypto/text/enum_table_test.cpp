// The check that a table has a row for each enumerator, in order.
#include <boost/test/unit_test.hpp>

#include <array>

#include "crypto/text/enum_table.hpp"

using namespace tacit::crypto;

namespace {

enum class Fruit : unsigned char { apple, pear };

struct Row {
  Fruit fruit;
  int seeds;
};

constexpr std::array<Row, 2> whole{{{Fruit::apple, 5}, {Fruit::pear, 10}}};
constexpr std::array<Row, 2> mixed_up{{{Fruit::pear, 10}, {Fruit::apple, 5}}};
constexpr std::array<Row, 1> short_of_one{{{Fruit::apple, 5}}};

}  // namespace

BOOST_AUTO_TEST_SUITE(enum_table)

BOOST_AUTO_TEST_CASE(every_enumerator_has_its_row_in_order) {
  static_assert(has_row_for_each(whole, &Row::fruit, Fruit::pear));
  static_assert(!has_row_for_each(mixed_up, &Row::fruit, Fruit::pear));
  static_assert(!has_row_for_each(short_of_one, &Row::fruit, Fruit::pear));
  BOOST_TEST(row_at(whole, Fruit::pear).seeds == 10);
}

BOOST_AUTO_TEST_SUITE_END()
