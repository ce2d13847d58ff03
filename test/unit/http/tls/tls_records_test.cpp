// TLS record boundaries are found for any division of the received bytes.
#include "http/tls/tls_records.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using tacit::http::TlsRecords;

namespace {

std::string record(std::size_t size) {
  std::string bytes{'\x17', '\x03', '\x03', static_cast<char>(size >> 8), static_cast<char>(size & 0xff)};
  return bytes.append(size, 'x');
}

/// Takes all bytes. Returns how many records began.
int records_in(TlsRecords& records, std::string_view bytes) {
  int begun = 0;
  while (!bytes.empty()) {
    if (records.between()) ++begun;
    const std::size_t taken = records.take(tacit::crypto::as_bytes(bytes));
    BOOST_REQUIRE(taken > 0u);
    BOOST_REQUIRE(taken <= bytes.size());
    bytes.remove_prefix(taken);
  }
  return begun;
}

/// The number of records that are accepted before the limit; 0: the limit was not reached.
template <class Next>
int until_flooded(TlsRecords& records, Next next) {
  for (int i = 0; i < 10'000; ++i) {
    if (records.flooded()) return i;
    next();
  }
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_records)

BOOST_AUTO_TEST_CASE(no_piece_reaches_beyond_a_record) {
  TlsRecords records;
  const std::string first = record(300);
  const std::string both = first + record(0) + record(16'640);
  BOOST_TEST(records.take(tacit::crypto::as_bytes(both)) == first.size());
  BOOST_TEST(records.between());
  BOOST_TEST(records.take(tacit::crypto::as_bytes(std::string_view(both).substr(first.size()))) == 5u);
  BOOST_TEST(records.between());
}

BOOST_AUTO_TEST_CASE(records_cut_anywhere_are_the_same) {
  std::mt19937 random(1);
  std::string stream;
  constexpr int count = 50;
  for (int i = 0; i < count; ++i) stream += record(random() % 700);
  for (int round = 0; round < 200; ++round) {
    TlsRecords records;
    int begun = 0;
    for (std::string_view rest = stream; !rest.empty();) {
      const std::size_t piece = std::min<std::size_t>(rest.size(), 1 + random() % 900);
      begun += records_in(records, rest.substr(0, piece));
      rest.remove_prefix(piece);
    }
    BOOST_TEST(begun == count);
    BOOST_TEST(records.between());
  }
}

BOOST_AUTO_TEST_CASE(a_handshake_has_limits_of_records_and_bytes) {
  TlsRecords small;
  BOOST_TEST(until_flooded(small, [&] { records_in(small, record(1)); }) == int{TlsRecords::most_of_handshake});
  TlsRecords large;
  BOOST_TEST(until_flooded(large, [&] { records_in(large, record(16'384)); }) == 4);
}

BOOST_AUTO_TEST_CASE(after_the_handshake_only_records_without_data_count) {
  TlsRecords records;
  for (int i = 0; i < 40; ++i) records_in(records, record(100));
  records.established();
  BOOST_TEST(!records.flooded());
  const int data = until_flooded(records, [&] {
    records_in(records, record(100));
    records.brought_data();
    records.brought_data();  // the same record, read in two pieces
  });
  BOOST_TEST(data == 0);
  // A byte of data between two of them does not reset the count; a request does.
  const int alternating = until_flooded(records, [&] {
    records_in(records, record(22) + record(18));
    records.brought_data();
  });
  BOOST_TEST(alternating == int{TlsRecords::most_quiet});
  records.brought_request();
  BOOST_TEST(until_flooded(records, [&] { records_in(records, record(22)); }) == int{TlsRecords::most_quiet});
}

BOOST_AUTO_TEST_CASE(a_hello_of_ssl_2_is_recognized) {
  TlsRecords records;
  records_in(records, record(5));
  BOOST_TEST(!records.is_ssl2());
  TlsRecords old;
  BOOST_TEST(old.take(tacit::crypto::as_bytes("\x80\x2e\x01\x03\x03")) > 0u);
  BOOST_TEST(old.is_ssl2());
}

BOOST_AUTO_TEST_SUITE_END()
