// The PROXY protocol, versions 1 and 2: the client of each header, and refusals.
#include "http/wire/proxy_protocol.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tacit;
using namespace tacit::http;
using State = ProxyHeader::State;

namespace {

ProxyHeader parse(const std::string& bytes) { return parse_proxy_header(crypto::as_bytes(bytes)); }

/// The header's client as `address port`; `nobody` if it names none; or the error.
std::string client_in(const std::string& bytes) {
  const ProxyHeader header = parse(bytes);
  if (header.state == State::refused) return "refused";
  if (header.state == State::incomplete) return "incomplete";
  if (!header.client) return "nobody";
  return header.client->address().to_string() + " " + std::to_string(header.client->port());
}

/// Every prefix is incomplete; the whole header is consumed, and no byte after it.
void check_every_cut(const std::string& header) {
  for (std::size_t size = 0; size < header.size(); ++size) {
    BOOST_TEST_CONTEXT("the first " << size << " bytes") {
      BOOST_TEST((parse(header.substr(0, size)).state == State::incomplete));
    }
  }
  for (const std::string& after : {std::string(), std::string("\x16\x03\x01", 3), header, std::string(8000, 'x')}) {
    const ProxyHeader parsed = parse(header + after);
    BOOST_TEST((parsed.state == State::complete));
    BOOST_TEST(parsed.size == header.size());
  }
}

std::string bytes(std::initializer_list<unsigned> values) {
  std::string text;
  for (const unsigned value : values) text.push_back(static_cast<char>(value));
  return text;
}

const std::string signature = bytes({0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a});
constexpr unsigned local = 0x20;
constexpr unsigned proxied = 0x21;

std::string binary(unsigned command, unsigned family, const std::string& rest) {
  return signature +
         bytes({command, family, static_cast<unsigned>(rest.size() >> 8), static_cast<unsigned>(rest.size() & 0xff)}) +
         rest;
}

const std::string v4_addresses = bytes({192, 0, 2, 7, 203, 0, 113, 1, 0x12, 0x67, 0x20, 0xfb});
const std::string v6_addresses = bytes({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}) +
                                 bytes({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) +
                                 bytes({0x12, 0x67, 0x20, 0xfb});

std::string entry(unsigned type, const std::string& value) {
  return bytes({type, static_cast<unsigned>(value.size() >> 8), static_cast<unsigned>(value.size() & 0xff)}) + value;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_protocol)

BOOST_AUTO_TEST_CASE(a_text_header_names_the_client) {
  BOOST_TEST(client_in("PROXY TCP4 192.0.2.7 203.0.113.1 4711 8443\r\n") == "192.0.2.7 4711");
  BOOST_TEST(client_in("PROXY TCP6 2001:db8::7 2001:db8::1 4711 8443\r\n") == "2001:db8::7 4711");
  BOOST_TEST(client_in("PROXY TCP6 ::ffff:192.0.2.7 2001:db8::1 4711 8443\r\n") == "192.0.2.7 4711");
  BOOST_TEST(client_in("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n") == "255.255.255.255 65535");
  BOOST_TEST(client_in("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n") == "0.0.0.0 0");
}

BOOST_AUTO_TEST_CASE(a_text_header_may_lack_the_client) {
  BOOST_TEST(client_in("PROXY UNKNOWN\r\n") == "nobody");
  BOOST_TEST(client_in("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n") == "nobody");
  BOOST_TEST(client_in("PROXY UNKNOWN\n\r\n") == "refused");
  BOOST_TEST(client_in("PROXY UNKNOWNS\r\n") == "refused");
}

BOOST_AUTO_TEST_CASE(text_is_read_byte_by_byte) {
  check_every_cut("PROXY TCP4 192.0.2.7 203.0.113.1 4711 8443\r\n");
  check_every_cut("PROXY TCP6 2001:db8::7 2001:db8::1 4711 8443\r\n");
  check_every_cut("PROXY UNKNOWN\r\n");
}

BOOST_AUTO_TEST_CASE(a_line_ends_in_time) {
  const std::string longest = "PROXY UNKNOWN " + std::string(107 - 16, 'x') + "\r\n";
  BOOST_TEST(longest.size() == 107u);
  check_every_cut(longest);
  BOOST_TEST(client_in("PROXY UNKNOWN " + std::string(107 - 15, 'x') + "\r\n") == "refused");
  BOOST_TEST(client_in("PROXY TCP4 " + std::string(96, '1')) == "refused");
}

BOOST_AUTO_TEST_CASE(an_invalid_text_header_is_refused) {
  const std::vector<std::string> wrong{
      "PROXY TCP4 2001:db8::7 2001:db8::1 4711 8443\r\n",  // the addresses are of another family
      "PROXY TCP6 192.0.2.7 203.0.113.1 4711 8443\r\n",
      "PROXY TCP4 192.0.2.7 2001:db8::1 4711 8443\r\n",
      "PROXY TCP4 192.0.2.07 203.0.113.1 4711 8443\r\n",  // ambiguous numbers
      "PROXY TCP4 192.0.2.7 203.0.113.1 04711 8443\r\n",
      "PROXY TCP4 192.0.2.7 203.0.113.1 4711 08443\r\n",
      "PROXY TCP4 192.0.2.7 203.0.113.1 +4711 8443\r\n",
      "PROXY TCP4 192.0.2.7 203.0.113.1 0x10 8443\r\n",
      "PROXY TCP4 192.0.2.7 203.0.113.1 65536 8443\r\n",  // out of range
      "PROXY TCP4 192.0.2.256 203.0.113.1 4711 8443\r\n",
      "PROXY TCP4 192.0.2 203.0.113.1 4711 8443\r\n",
      "PROXY TCP4 3221225991 203.0.113.1 4711 8443\r\n",
      "PROXY TCP6 fe80::1%lo fe80::2 4711 8443\r\n",
      "PROXY TCP6 [2001:db8::7] [2001:db8::1] 4711 8443\r\n",
      "PROXY TCP4 192.0.2.7 203.0.113.1 4711\r\n",  // too few words, too many, other white space
      "PROXY TCP4 192.0.2.7\r\n",
      "PROXY TCP4\r\n",
      "PROXY TCP4 \r\n",
      "PROXY \r\n",
      "PROXY TCP4 192.0.2.7 203.0.113.1 4711 8443 \r\n",
      "PROXY TCP4 192.0.2.7 203.0.113.1 4711 8443 x\r\n",
      "PROXY TCP4  192.0.2.7 203.0.113.1 4711 8443\r\n",
      "PROXY TCP4\t192.0.2.7 203.0.113.1 4711 8443\r\n",
      "PROXY TCP5 192.0.2.7 203.0.113.1 4711 8443\r\n",  // an unknown protocol
      "PROXY tcp4 192.0.2.7 203.0.113.1 4711 8443\r\n",
      "PROXY UDP4 192.0.2.7 203.0.113.1 4711 8443\r\n",
      "PROXY TCP4 192.0.2.7 203.0.113.1 4711 8443\rX",  // no end of the line
      "PROXY TCP4 192.0.2.7 203.0.113.1 4711 8443\nXYZ\r\n",
      std::string("PROXY TCP4 192.0.2.7\0 203.0.113.1 4711 8443\r\n", 45),
  };
  for (const std::string& header : wrong) BOOST_TEST(client_in(header) == "refused", header);
}

BOOST_AUTO_TEST_CASE(other_bytes_are_refused_at_the_first_one) {
  BOOST_TEST(client_in(bytes({0x16, 0x03, 0x01, 0x02, 0x00, 0x01})) == "refused");  // TLS
  BOOST_TEST(client_in(bytes({0x16})) == "refused");
  BOOST_TEST(client_in("GET / HTTP/1.1\r\n") == "refused");
  BOOST_TEST(client_in("PROXX") == "refused");
  BOOST_TEST(client_in("proxy TCP4") == "refused");
  BOOST_TEST(client_in(" PROXY") == "refused");
  BOOST_TEST(client_in("\r\nPROXY") == "refused");
  BOOST_TEST(client_in("") == "incomplete");
}

BOOST_AUTO_TEST_CASE(a_binary_header_names_the_client) {
  BOOST_TEST(client_in(binary(proxied, 0x11, v4_addresses)) == "192.0.2.7 4711");
  BOOST_TEST(client_in(binary(proxied, 0x21, v6_addresses)) == "2001:db8::7 4711");
  const std::string mapped = bytes({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7});
  BOOST_TEST(client_in(binary(proxied, 0x21, mapped + mapped + v6_addresses.substr(32))) == "192.0.2.7 4711");
}

BOOST_AUTO_TEST_CASE(a_binary_header_may_stand_for_the_balancer_itself) {
  BOOST_TEST(client_in(binary(local, 0x00, "")) == "nobody");
  BOOST_TEST(client_in(binary(local, 0x11, v4_addresses)) == "nobody");  // must be ignored
  BOOST_TEST(client_in(binary(local, 0xff, "anything")) == "nobody");
  BOOST_TEST(client_in(binary(proxied, 0x00, "")) == "nobody");
  BOOST_TEST(client_in(binary(proxied, 0x00, "anything")) == "nobody");
  BOOST_TEST(client_in(binary(proxied, 0x31, std::string(216, 'x'))) ==
             "nobody");  // a Unix socket of the balancer's host
}

BOOST_AUTO_TEST_CASE(binary_is_read_byte_by_byte) {
  check_every_cut(binary(proxied, 0x11, v4_addresses));
  check_every_cut(binary(proxied, 0x21, v6_addresses + entry(0x01, "h2") + entry(0x05, "unique")));
  check_every_cut(binary(local, 0x00, ""));
  check_every_cut(binary(proxied, 0x11, v4_addresses + entry(0x04, std::string(4096 - 16 - 12 - 3, '\0'))));
}

BOOST_AUTO_TEST_CASE(an_invalid_binary_header_is_refused) {
  for (const unsigned command : {0x00u, 0x10u, 0x11u, 0x22u, 0x2fu, 0x30u, 0x31u, 0xffu}) {
    BOOST_TEST(client_in(binary(command, 0x11, v4_addresses)) == "refused", command);
    BOOST_TEST(client_in(signature + bytes({command})) == "refused", command);  // as soon as the byte has arrived
  }
  // Datagrams, and undefined families and protocols.
  for (const unsigned family : {0x01u, 0x02u, 0x10u, 0x12u, 0x13u, 0x20u, 0x22u, 0x30u, 0x32u, 0x41u, 0xf1u, 0xffu}) {
    BOOST_TEST(client_in(binary(proxied, family, std::string(216, 'x'))) == "refused", family);
  }
  BOOST_TEST(client_in(binary(proxied, 0x11, v4_addresses.substr(1))) == "refused");
  BOOST_TEST(client_in(binary(proxied, 0x11, "")) == "refused");
  BOOST_TEST(client_in(binary(proxied, 0x21, v6_addresses.substr(1))) == "refused");
  BOOST_TEST(client_in(binary(proxied, 0x21, v4_addresses)) == "refused");
  BOOST_TEST(client_in(binary(proxied, 0x31, std::string(215, 'x'))) == "refused");
}

BOOST_AUTO_TEST_CASE(a_length_beyond_the_limit_is_refused_before_it_comes) {
  const std::string head = signature + bytes({proxied, 0x11});
  BOOST_TEST(client_in(head + bytes({0x0f, 0xf0})) == "incomplete");
  BOOST_TEST(client_in(head + bytes({0x0f, 0xf1})) == "refused");
  BOOST_TEST(client_in(head + bytes({0xff, 0xff})) == "refused");
}

BOOST_AUTO_TEST_CASE(entries_fill_their_place_exactly) {
  const auto with = [](const std::string& entries) { return client_in(binary(proxied, 0x11, v4_addresses + entries)); };
  BOOST_TEST(with(entry(0x02, "tacit.example.org") + entry(0x20, "") + entry(0xe0, "own")) == "192.0.2.7 4711");
  BOOST_TEST(with(bytes({0x02})) == "refused");
  BOOST_TEST(with(bytes({0x02, 0x00})) == "refused");
  BOOST_TEST(with(bytes({0x02, 0x00, 0x01})) == "refused");
  BOOST_TEST(with(entry(0x02, "name") + bytes({0x04})) == "refused");
  BOOST_TEST(with(bytes({0x02, 0xff, 0xff}) + "name") == "refused");
}

BOOST_AUTO_TEST_CASE(a_checksum_must_match) {
  // The checksum is from an independent implementation of CRC-32C, over the whole header with zeros as the checksum.
  const std::string before = v4_addresses + entry(0x01, "http/1.1");
  const auto with = [&](const std::string& sum) {
    return client_in(binary(proxied, 0x11, before + entry(0x03, sum) + entry(0x04, std::string(3, '\0'))));
  };
  BOOST_TEST(with(bytes({0x01, 0xc4, 0xee, 0x96})) == "192.0.2.7 4711");
  BOOST_TEST(with(bytes({0, 0, 0, 0})) == "refused");
  BOOST_TEST(with("abc") == "refused");
  BOOST_TEST(with("") == "refused");
}

BOOST_AUTO_TEST_SUITE_END()
