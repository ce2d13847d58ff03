// Padded sizes: those of the paper's definition, never smaller, at most 12 % larger, and few.
#include "crypto/envelope/padding.hpp"

#include <cmath>
#include <set>

#include <boost/test/unit_test.hpp>

using tacit::crypto::padme;

BOOST_AUTO_TEST_SUITE(padding)

// Algorithm 1 of the paper, in floating point as it is printed there.
std::size_t as_published(std::size_t size) {
  const auto exponent = static_cast<std::size_t>(std::floor(std::log2(static_cast<double>(size))));
  const auto bits = static_cast<std::size_t>(std::floor(std::log2(static_cast<double>(exponent)))) + 1;
  const std::size_t last_bits = exponent - bits;
  const std::size_t mask = (std::size_t{1} << last_bits) - 1;
  return (size + mask) & ~mask;
}

BOOST_AUTO_TEST_CASE(sizes_of_the_published_algorithm) {
  for (std::size_t size = 2; size <= 70'000; ++size) BOOST_REQUIRE_EQUAL(padme(size), as_published(size));
}

BOOST_AUTO_TEST_CASE(some_sizes_by_hand) {
  // 9 is 1001 in binary: exponent 3, two bits of mantissa, so one low bit is rounded up.
  static_assert(padme(0) == 0 && padme(1) == 1 && padme(2) == 2 && padme(8) == 8 && padme(9) == 10);
  static_assert(padme(16) == 16 && padme(17) == 18 && padme(100) == 104 && padme(129) == 144 && padme(1000) == 1024);
  static_assert(padme(65'536) == 65'536 && padme(65'537) == 67'584);
}

BOOST_AUTO_TEST_CASE(padded_sizes_are_few_stable_and_at_most_12_percent_larger) {
  std::set<std::size_t> sizes;
  for (std::size_t size = 1; size <= 70'000; ++size) {
    const std::size_t padded = padme(size);
    BOOST_REQUIRE(padded >= size);
    BOOST_REQUIRE_LE((padded - size) * 100, size * 12);
    BOOST_REQUIRE_EQUAL(padme(padded), padded);
    sizes.insert(padded);
  }
  BOOST_TEST(sizes.size() < 250U);
}

BOOST_AUTO_TEST_SUITE_END()
