// Networks in the configuration: their notation, faults, and which addresses they contain.
#include "http/wire/networks.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tacit::http;
using boost::asio::ip::make_address;

namespace {

bool contains(const std::string& networks, const std::string& address) {
  const auto parsed = Networks::parse(networks);
  BOOST_REQUIRE_MESSAGE(parsed.has_value(), networks);
  return parsed->contain(make_address(address));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(networks)

BOOST_AUTO_TEST_CASE(a_network_is_its_prefix) {
  BOOST_TEST(contains("10.0.0.0/8", "10.255.0.1"));
  BOOST_TEST(!contains("10.0.0.0/8", "11.0.0.0"));
  BOOST_TEST(contains("192.0.2.128/25", "192.0.2.128"));
  BOOST_TEST(!contains("192.0.2.128/25", "192.0.2.127"));
  BOOST_TEST(contains("192.0.2.7", "192.0.2.7"));
  BOOST_TEST(!contains("192.0.2.7", "192.0.2.6"));
  BOOST_TEST(contains("0.0.0.0/0", "203.0.113.9"));
  BOOST_TEST(contains("2001:db8::/33", "2001:db8:7fff::1"));
  BOOST_TEST(!contains("2001:db8::/33", "2001:db8:8000::1"));
  BOOST_TEST(contains("::1", "::1"));
}

BOOST_AUTO_TEST_CASE(a_list_is_any_of_its_networks) {
  for (const std::string list :
       {"10.0.0.0/8,192.0.2.7", "10.0.0.0/8, 192.0.2.7", " 10.0.0.0/8  192.0.2.7 ", "10.0.0.0/8\t,,192.0.2.7,"}) {
    BOOST_TEST(contains(list, "10.1.1.1"));
    BOOST_TEST(contains(list, "192.0.2.7"));
    BOOST_TEST(!contains(list, "192.0.2.8"));
  }
  BOOST_TEST(!contains("", "10.1.1.1"));
  BOOST_TEST(Networks::parse(" ,")->empty());
  BOOST_TEST(Networks::parse({"10.0.0.1\0x", 10}).has_error());
}

BOOST_AUTO_TEST_CASE(families_do_not_mix_but_for_mapped_addresses) {
  BOOST_TEST(!contains("::/0", "10.1.1.1"));
  BOOST_TEST(!contains("0.0.0.0/0", "2001:db8::1"));
  BOOST_TEST(contains("10.0.0.0/8", "::ffff:10.1.1.1"));
  BOOST_TEST(!contains("::/0", "::ffff:10.1.1.1"));
}

BOOST_AUTO_TEST_CASE(an_invalid_network_is_refused) {
  const std::vector<std::string> wrong{
      "10.0.0.0/33",    "10.0.0.0/-1",     "10.0.0.0/", "10.0.0.0/8x", "10.0.0/8",       "10.0.0.1/8", "2001:db8::/129",
      "2001:db8::1/64", "::ffff:10.0.0.1", "fe80::1%1", "example.org", "10.0.0.0/8;::1", "/8",         "010.0.0.0/8",
      "10.0.0.0/+8"};
  for (const std::string& text : wrong) {
    const auto parsed = Networks::parse("192.0.2.7, " + text);
    BOOST_TEST(parsed.has_error(), text);
    if (parsed.has_error()) BOOST_TEST(parsed.error().text == text);
  }
}

BOOST_AUTO_TEST_CASE(a_semicolon_is_reported_as_a_wrong_separator) {
  const auto parsed = Networks::parse("10.0.0.0/8;192.0.2.1");
  BOOST_TEST(parsed.error().text == "10.0.0.0/8;192.0.2.1");
  BOOST_TEST(parsed.error().why == "has a semicolon; networks are separated by commas or blanks");
}

BOOST_AUTO_TEST_CASE(private_networks_are_recognized) {
  for (const char* address : {"127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.7.7",
                              "169.254.1.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"}) {
    BOOST_TEST(is_private(make_address(address)), address);
  }
  for (const char* address : {"0.0.0.0", "::", "172.15.0.1", "172.32.0.1", "192.169.0.1", "11.0.0.1", "8.8.8.8",
                              "2001:db8::1", "::2", "::ffff:8.8.8.8"}) {
    BOOST_TEST(!is_private(make_address(address)), address);
  }
}

BOOST_AUTO_TEST_SUITE_END()
