// The client that Forwarded and X-Forwarded-For name, and malformed fields.
#include "http/wire/forwarded.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tacit::http;
using boost::asio::ip::make_address;

namespace {

const Networks trusted = *Networks::parse("10.0.0.0/8 2001:db8:1::/48");

/// The client as `address` or `address port`; or `malformed`.
std::string client_of(ForwardedField field, const std::vector<std::string>& lines, const std::string& peer) {
  const std::vector<std::string_view> views(lines.begin(), lines.end());
  const auto client = forwarded_client(make_address(peer), views, field, trusted);
  if (!client) return "malformed";
  const std::string address = client->address.to_string();
  return client->port == 0 ? address : address + " " + std::to_string(client->port);
}

std::string x_for(const std::vector<std::string>& lines, const std::string& peer = "10.0.0.1") {
  return client_of(ForwardedField::x_forwarded_for, lines, peer);
}

std::string by_forwarded(const std::vector<std::string>& lines, const std::string& peer = "10.0.0.1") {
  return client_of(ForwardedField::forwarded, lines, peer);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forwarded)

BOOST_AUTO_TEST_CASE(the_rightmost_untrusted_address_is_the_client) {
  BOOST_TEST(x_for({"192.0.2.7"}) == "192.0.2.7");
  BOOST_TEST(x_for({"198.51.100.1, 192.0.2.7"}) == "192.0.2.7");
  BOOST_TEST(x_for({"198.51.100.1, 192.0.2.7, 10.0.0.2"}) == "192.0.2.7");
  BOOST_TEST(x_for({"192.0.2.7,10.0.0.3", "10.0.0.2"}) == "192.0.2.7");
  BOOST_TEST(x_for({"198.51.100.1", "192.0.2.7"}) == "192.0.2.7");
  BOOST_TEST(by_forwarded({"for=198.51.100.1, for=192.0.2.7;proto=https;by=10.0.0.1"}) == "192.0.2.7");
  BOOST_TEST(by_forwarded({"for=192.0.2.7, For=10.0.0.2", "host=a;FOR=10.0.0.3"}) == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(an_untrusted_peer_is_itself_the_client) {
  BOOST_TEST(x_for({"192.0.2.7"}, "203.0.113.9") == "203.0.113.9");
  BOOST_TEST(x_for({"rubbish"}, "203.0.113.9") == "203.0.113.9");
  BOOST_TEST(by_forwarded({"for=\""}, "203.0.113.9") == "203.0.113.9");
  BOOST_TEST(x_for({"192.0.2.7"}, "::ffff:10.0.0.1") == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(with_trusted_hops_alone_the_first_is_the_client) {
  BOOST_TEST(x_for({"10.0.0.9, 10.0.0.2"}) == "10.0.0.9");
  BOOST_TEST(x_for({}) == "10.0.0.1");
  BOOST_TEST(x_for({"", " , ,"}) == "10.0.0.1");
  BOOST_TEST(by_forwarded({"", " , ,;;"}) == "10.0.0.1");
}

BOOST_AUTO_TEST_CASE(a_hop_may_hide_its_client) {
  BOOST_TEST(x_for({"192.0.2.7, unknown"}) == "10.0.0.1");
  BOOST_TEST(x_for({"192.0.2.7, unknown, 10.0.0.2"}) == "10.0.0.2");
  BOOST_TEST(by_forwarded({"for=192.0.2.7, for=unknown"}) == "10.0.0.1");
  BOOST_TEST(by_forwarded({"for=192.0.2.7, for=_hidden"}) == "10.0.0.1");
  BOOST_TEST(by_forwarded({"for=192.0.2.7, proto=https"}) == "10.0.0.1");
}

BOOST_AUTO_TEST_CASE(addresses_in_all_their_forms) {
  BOOST_TEST(x_for({"192.0.2.7:4711"}) == "192.0.2.7 4711");
  BOOST_TEST(x_for({"2001:db8::7"}) == "2001:db8::7");
  BOOST_TEST(x_for({"[2001:db8::7]"}) == "2001:db8::7");
  BOOST_TEST(x_for({"[2001:db8::7]:4711"}) == "2001:db8::7 4711");
  BOOST_TEST(x_for({"::ffff:192.0.2.7"}) == "192.0.2.7");
  BOOST_TEST(x_for({"192.0.2.7, 2001:db8:1::5"}) == "192.0.2.7");
  BOOST_TEST(by_forwarded({R"(for="[2001:db8::7]:4711")"}) == "2001:db8::7 4711");
  BOOST_TEST(by_forwarded({R"(for="[2001:db8::7]")"}) == "2001:db8::7");
  BOOST_TEST(by_forwarded({R"(for="192.0.2.7:4711")"}) == "192.0.2.7 4711");
  BOOST_TEST(by_forwarded({R"(for="192.0.2.7:_port")"}) == "192.0.2.7");
  BOOST_TEST(by_forwarded({R"(for="192\.0.2.7")"}) == "192.0.2.7");
  BOOST_TEST(by_forwarded({R"(by="a,;\"b" ; for=192.0.2.7)"}) == "192.0.2.7");
}

BOOST_AUTO_TEST_CASE(an_invalid_field_of_a_trusted_hop_is_refused) {
  for (const std::string last : {"rubbish", "192.0.2", "192.0.2.7:", "192.0.2.7:99999", "192.0.2.7:x", "[2001:db8::7",
                                 "[192.0.2.7]", "2001:db8::7]", "[2001:db8::7]x", "[2001:db8::7]:", "fe80::1%lo",
                                 "for=192.0.2.7", "192.0.2.7 192.0.2.8", "\"192.0.2.7\""}) {
    BOOST_TEST(x_for({"192.0.2.7, " + last}) == "malformed", last);
  }
  for (const std::string line :
       {"for", "for=", "for=\"192.0.2.7", "for=192.0.2.7;for=192.0.2.8", "for=192.0.2.7 for=192.0.2.8", "=192.0.2.7",
        "for =192.0.2.7", "for= 192.0.2.7", "for=[2001:db8::7]", R"(for="2001:db8::7")", "192.0.2.7", "for=192.0.2.7/8",
        R"(for="192.0.2.7"x)", R"(for="\)"}) {
    BOOST_TEST(by_forwarded({line}) == "malformed", line);
  }
}

BOOST_AUTO_TEST_CASE(entries_by_clients_are_ignored) {
  BOOST_TEST(x_for({"rubbish\", 10.0.0.1,, 192.0.2.7"}) == "192.0.2.7");
  BOOST_TEST(x_for({"10.0.0.5, rubbish, 192.0.2.7, 10.0.0.2"}) == "192.0.2.7");
  // A quotation mark that a client leaves open must not hide what a proxy appends: the line is refused.
  BOOST_TEST(by_forwarded({R"(for=10.0.0.5;x=", for=192.0.2.7)"}) == "malformed");
  BOOST_TEST(by_forwarded({R"(for=10.0.0.5;x=", for="[2001:db8::7]")"}) == "malformed");
  BOOST_TEST(by_forwarded({R"(for=10.0.0.5;x=")", "for=192.0.2.7"}) == "malformed");
}

BOOST_AUTO_TEST_SUITE_END()
