// Sizes, counts and durations as text.
#include "server/cli/quantities.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

using namespace tacit::server;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(quantities)

BOOST_AUTO_TEST_CASE(sizes_have_a_unit_and_the_exact_number) {
  BOOST_TEST(size_text(0) == "0 bytes");
  BOOST_TEST(size_text(1) == "1 byte");
  BOOST_TEST(size_text(1023) == "1023 bytes");
  BOOST_TEST(size_text(1024) == "1 KiB (1024 bytes)");
  BOOST_TEST(size_text(1536) == "1.5 KiB (1536 bytes)");
  BOOST_TEST(size_text(1048575) == "1023.9 KiB (1048575 bytes)");
  BOOST_TEST(size_text(1288490188) == "1.1 GiB (1288490188 bytes)");
  BOOST_TEST(size_text(std::uint64_t{16} << 30) == "16 GiB (17179869184 bytes)");
  BOOST_TEST(size_text(UINT64_MAX) == "15.9 EiB (18446744073709551615 bytes)");
}

BOOST_AUTO_TEST_CASE(durations_have_their_two_largest_units) {
  BOOST_TEST(duration_text(0s) == "0 s");
  BOOST_TEST(duration_text(59s) == "59 s");
  BOOST_TEST(duration_text(60s) == "1 min");
  BOOST_TEST(duration_text(90s) == "1 min 30 s");
  BOOST_TEST(duration_text(5400s) == "1 h 30 min");
  BOOST_TEST(duration_text(3601s) == "1 h");
  BOOST_TEST(duration_text(24h) == "1 day");
  BOOST_TEST(duration_text(49h) == "2 days 1 h");
}

BOOST_AUTO_TEST_CASE(numbers_have_a_noun) {
  BOOST_TEST(counted(0, "tenant") == "0 tenants");
  BOOST_TEST(counted(1, "tenant") == "1 tenant");
  BOOST_TEST(counted(2, "entry", "entries") == "2 entries");
}

BOOST_AUTO_TEST_CASE(sizes_without_their_exact_number) {
  BOOST_TEST(short_size_text(0) == "0 bytes");
  BOOST_TEST(short_size_text(1023) == "1023 bytes");
  BOOST_TEST(short_size_text(1536) == "1.5 KiB");
  BOOST_TEST(short_size_text(std::uint64_t{16} << 30) == "16 GiB");
  BOOST_TEST(short_size_text(~std::uint64_t{0}) == "15.9 EiB");
}

BOOST_AUTO_TEST_SUITE_END()
