// Parsing of https URLs.
#include "auth/https/https_url.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <tuple>
#include <vector>

using namespace tacit;

BOOST_AUTO_TEST_SUITE(https_url)

BOOST_AUTO_TEST_CASE(urls_are_parsed) {
  using Row = std::tuple<const char*, const char*, int, const char*, const char*>;
  const std::vector<Row> rows = {
      {"https://id.example.org", "id.example.org", 443, "/", "id.example.org"},
      {"HTTPS://ID.Example.org/a/B?c=%20d", "id.example.org", 443, "/a/B?c=%20d", "id.example.org"},
      {"https://id.example.org:443/", "id.example.org", 443, "/", "id.example.org"},
      {"https://id.example.org:8443?x", "id.example.org", 8443, "/?x", "id.example.org:8443"},
      {"https://127.0.0.1:65535/keys", "127.0.0.1", 65535, "/keys", "127.0.0.1:65535"},
      {"https://[::1]/keys", "::1", 443, "/keys", "[::1]"},
      {"https://[2001:DB8:0::1]:1/", "2001:db8::1", 1, "/", "[2001:db8::1]:1"},
  };
  for (const auto& [text, host, port, target, authority] : rows) {
    BOOST_TEST_CONTEXT(text) {
      const auto url = auth::parse_https_url(text);
      BOOST_TEST_REQUIRE(url.has_value());
      BOOST_TEST(url->host == host);
      BOOST_TEST(url->port == port);
      BOOST_TEST(url->target == target);
      BOOST_TEST(url->authority() == authority);
    }
  }
}

BOOST_AUTO_TEST_CASE(other_texts_are_refused) {
  const std::vector<std::string> texts = {
      "",
      "id.example.org",
      "http://id.example.org/",
      "https:/id.example.org",
      "https://",
      "https:///keys",
      "https://user@id.example.org/",
      "https://user:secret@id.example.org/",
      "https://id.example.org:/",
      "https://id.example.org:0/",
      "https://id.example.org:65536/",
      "https://id.example.org:4a/",
      "https://id.example.org:+4/",
      "https://[::1/",
      "https://[::1]x/",
      "https://[fe80::1%25eth0]/",
      "https://[127.0.0.1]/",
      "https://id example.org/",
      "https://id.ex\xc3\xa4mple.org/",
      "https://id.example.org/a b",
      "https://id.example.org/a\r\nHost: b",
      "https://id.example.org/a#b",
      "https://id.example.org#b",
      std::string("https://id.example.org/\0", 24),
      "https://id.example.org/" + std::string(2048, 'a'),
  };
  for (const std::string& text : texts) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(auth::parse_https_url(text).has_error()); }
  }
}

BOOST_AUTO_TEST_CASE(the_error_repeats_nothing) {
  const auto url = auth::parse_https_url("https://user:hunter2@id.example.org/");
  BOOST_TEST_REQUIRE(url.has_error());
  BOOST_TEST(url.error().find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
