// The limit of log lines about failed handshakes, by client and reason.
#include "http/tls/handshake_log.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::http;
using boost::asio::ip::make_address;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(handshake_log)

BOOST_AUTO_TEST_CASE(one_line_a_second_for_each_address_and_reason) {
  HandshakeLog log;
  const auto start = HandshakeLog::Clock::now();
  const auto address = make_address("192.0.2.1");
  BOOST_TEST(log.admit(address, "expired", start).value() == 0U);
  for (int i = 1; i < 10; ++i) BOOST_TEST(!log.admit(address, "expired", start + i * 100ms));
  BOOST_TEST(log.admit(address, "revoked", start + 10ms).has_value());
  BOOST_TEST(log.admit(make_address("192.0.2.2"), "expired", start + 10ms).has_value());
  BOOST_TEST(log.admit(address, "expired", start + 1s).value() == 9U);
  // An IPv6 /64 counts as one client.
  BOOST_TEST(log.admit(make_address("2001:db8::1"), "expired", start + 1s).has_value());
  BOOST_TEST(!log.admit(make_address("2001:db8::2"), "expired", start + 1s));
}

BOOST_AUTO_TEST_CASE(many_addresses_do_not_flood_the_log) {
  HandshakeLog log;
  const auto start = HandshakeLog::Clock::now();
  std::uint32_t lines = 0;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    lines += log.admit(boost::asio::ip::address_v4(i), "expired", start + 1ms).has_value() ? 1U : 0U;
  }
  BOOST_TEST(lines > 0U);
  BOOST_TEST(lines <= HandshakeLog::most_lines);
  BOOST_TEST(log.admit(boost::asio::ip::address_v4(77'777), "expired", start + 1s + 1ms).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
