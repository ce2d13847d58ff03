// Points in the audit log as operators write them: times, spans, sequences, hashes.
#include "server/audit/audit_point.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include "server/config/errors.hpp"
#include "store/model/timestamp.hpp"

using namespace tacit;
using namespace tacit::server;

BOOST_AUTO_TEST_SUITE(audit_point)

BOOST_AUTO_TEST_CASE(sequences_times_and_spans) {
  BOOST_TEST(read_audit_point("17").sequence.value() == 17U);
  BOOST_TEST(read_audit_point("0").sequence.value() == 0U);
  const auto time = read_audit_point("2026-01-31T13:00:00+01:00");
  BOOST_TEST(!time.sequence.has_value());
  BOOST_TEST(store::rfc3339(time.instant) == "2026-01-31T12:00:00.000000Z");
  const std::int64_t before = store::now_microseconds();
  const auto span = read_audit_point("2h");
  BOOST_TEST(!span.sequence.has_value());
  BOOST_TEST(span.instant >= before - 7'200'000'000);
  BOOST_TEST(span.instant <= store::now_microseconds() - 7'200'000'000);
  for (const char* const bad :
       {"", "yesterday", "-1", "2026-01-31", "2026-01-31T12:00:00", "2x", "1:2", "99999999999999999999"}) {
    BOOST_CHECK_THROW(read_audit_point(bad), UsageError);
  }
}

BOOST_AUTO_TEST_CASE(anchors) {
  std::string hash(64, '0');
  hash.replace(0, 4, "aBcD");
  const auto plain = read_audit_anchor(hash);
  BOOST_TEST(!plain.sequence.has_value());
  BOOST_TEST(plain.hash.at(0) == 0xab);
  BOOST_TEST(plain.hash.at(1) == 0xcd);
  const auto placed = read_audit_anchor("12:" + hash);
  BOOST_TEST(placed.sequence.value() == 12U);
  BOOST_CHECK(placed.hash == plain.hash);
  for (const std::string& bad : {std::string(), hash.substr(1), hash + "0", ":" + hash, "0:" + hash, "x:" + hash,
                                 "1:1:" + hash, "1:" + std::string(64, 'g')}) {
    BOOST_CHECK_THROW(read_audit_anchor(bad), UsageError);
  }
}

BOOST_AUTO_TEST_SUITE_END()
