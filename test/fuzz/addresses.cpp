// Clients' addresses: the PROXY protocol, Forwarded and X-Forwarded-For, and networks.
#include "http/wire/forwarded.hpp"
#include "http/wire/networks.hpp"
#include "http/wire/proxy_protocol.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

using http::ProxyHeader;

const http::Networks& trusted() {
  static const http::Networks made = *http::Networks::parse("10.0.0.0/8, 2001:db8::/32 192.0.2.7");
  return made;
}

void check_proxy(std::string_view text) {
  const ProxyHeader whole = http::parse_proxy_header(crypto::as_bytes(text));
  TACIT_HOLDS(whole.state != ProxyHeader::State::complete ||
              (whole.size <= text.size() && whole.size <= http::max_proxy_header_size));
  TACIT_HOLDS(!whole.client || whole.state == ProxyHeader::State::complete);
  // Each beginning of it is incomplete, or already what the whole is.
  for (std::size_t size = 0; size < text.size(); ++size) {
    const ProxyHeader part = http::parse_proxy_header(crypto::as_bytes(text.substr(0, size)));
    if (part.state == ProxyHeader::State::incomplete) continue;
    TACIT_HOLDS(part.state == whole.state && part.size == whole.size && part.client == whole.client);
  }
  if (whole.state == ProxyHeader::State::complete) {
    const std::string longer = std::string(text.substr(0, whole.size)) + "GET / HTTP/1.1\r\n";
    TACIT_HOLDS(http::parse_proxy_header(crypto::as_bytes(longer)).size == whole.size);
  }
}

void check_forwarded(Input& in) {
  const bool known_peer = in.flag();
  const auto peer = *http::parse_address(known_peer ? "10.1.2.3" : "198.51.100.1");
  const std::string_view first = in.text();
  const std::string_view second = in.rest();
  const std::vector<std::string_view> two{first, second};
  const std::string joined = std::string(first) + "," + std::string(second);
  const std::vector<std::string_view> one{joined};
  for (const auto field : {http::ForwardedField::x_forwarded_for, http::ForwardedField::forwarded}) {
    const auto client = http::forwarded_client(peer, two, field, trusted());
    const auto same = http::forwarded_client(peer, one, field, trusted());
    // A list in two lines is the same as one with a comma (RFC 9110 section 5.3), unless a quoted string spans both.
    const bool quoted = joined.find('"') != std::string::npos;
    if (!quoted && client && same) TACIT_HOLDS(client->address == same->address && client->port == same->port);
    if (!known_peer && client) TACIT_HOLDS(client->address == peer);
  }
}

void check_networks(std::string_view text) {
  if (const auto address = http::parse_address(text)) {
    const std::string shown = address->to_string();
    TACIT_HOLDS(http::parse_address(shown) == address);
    http::is_private(*address);
  }
  const auto networks = http::Networks::parse(text);
  if (!networks)
    TACIT_HOLDS(!networks.error().why.empty() && text.find(networks.error().text) != std::string_view::npos);
}

Description describe() {
  const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);
  const std::string v4 = signature + "\x21\x11" + std::string("\0\x0c\x0a\0\0\1\x0a\0\0\2\x1f\x90\1\xbb", 14);
  const std::string local = signature + "\x20" + std::string("\0\0\0", 3);
  const std::string with_entry =
      signature + "\x21\x11" + std::string("\0\x14\x0a\0\0\1\x0a\0\0\2\x1f\x90\1\xbb\x04\0\x05hello", 22);
  const auto proxy = [](std::string_view text) { return Seed().byte(0).rest(text); };
  return {.max_size = 300,
          .seeds =
              {proxy("PROXY TCP4 192.0.2.1 192.0.2.2 1234 443\r\n"), proxy("PROXY TCP6 2001:db8::1 ::1 1 2\r\n"),
               proxy("PROXY UNKNOWN\r\n"), proxy(v4), proxy(local), proxy(with_entry),
               Seed().byte(1).byte(1).text("192.0.2.1, 10.0.0.1").rest("10.0.0.2"),
               Seed().byte(1).byte(1).text("for=192.0.2.1;proto=https, for=\"[2001:db8::1]:4711\"").rest("for=unknown"),
               Seed().byte(2).rest("10.0.0.0/8, 2001:db8::/32"), Seed().byte(2).rest("::ffff:10.0.0.1")},
          .words = {"PROXY ", "TCP4 ", "TCP6 ", "UNKNOWN", "\r\n", signature, "for=", "for=\"[", "]:", "_hidden",
                    "unknown", ";proto=https", ";by=", "10.0.0.1", "::1", "/8", "\\\""}};
}

void take(std::string_view input) {
  Input in(input);
  const unsigned kind = in.byte() % 3U;
  if (kind == 0) return check_proxy(in.rest());
  if (kind == 1) return check_forwarded(in);
  check_networks(in.rest());
}

const Target target("addresses", describe, take);

}  // namespace
}  // namespace tacit::fuzz
