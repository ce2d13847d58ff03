// Sizes as text.
#include <boost/test/unit_test.hpp>

#include <cstdint>

#include "crypto/text/size_text.hpp"

using namespace tacit::crypto;

BOOST_AUTO_TEST_SUITE(size_texts)

BOOST_AUTO_TEST_CASE(mebibytes_are_rounded_down_or_up) {
  constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
  BOOST_TEST(mebibytes(0) == "0 MiB");
  BOOST_TEST(mebibytes(mebibyte - 1) == "0 MiB");
  BOOST_TEST(mebibytes(2 * mebibyte) == "2 MiB");
  BOOST_TEST(mebibytes_rounded_up(0) == "0 MiB");
  BOOST_TEST(mebibytes_rounded_up(1) == "1 MiB");
  BOOST_TEST(mebibytes_rounded_up(2 * mebibyte) == "2 MiB");
}

BOOST_AUTO_TEST_CASE(the_unit_fits_the_size) {
  BOOST_TEST(short_size_text(0) == "0 bytes");
  BOOST_TEST(short_size_text(1) == "1 byte");
  BOOST_TEST(short_size_text(1023) == "1023 bytes");
  BOOST_TEST(short_size_text(1536) == "1.5 KiB");
  BOOST_TEST(short_size_text(std::uint64_t{16} << 30) == "16 GiB");
  BOOST_TEST(short_size_text(~std::uint64_t{0}) == "15.9 EiB");
}

BOOST_AUTO_TEST_SUITE_END()
