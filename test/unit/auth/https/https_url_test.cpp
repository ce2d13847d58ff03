// Parsing of https URLs.
#include "auth/https/https_url.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tacit;

namespace {

/// A URL and its parts.
struct Row {
  const char* text;
  const char* host;
  int port = 443;
  const char* target = "/";
  const char* authority;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(https_url)

BOOST_AUTO_TEST_CASE(urls_are_parsed) {
  const std::vector<Row> rows = {
      {.text = "https://id.example.org", .host = "id.example.org", .authority = "id.example.org"},
      {.text = "HTTPS://ID.Example.org/a/B?c=%20d",
       .host = "id.example.org",
       .target = "/a/B?c=%20d",
       .authority = "id.example.org"},
      {.text = "https://id.example.org:443/", .host = "id.example.org", .authority = "id.example.org"},
      {.text = "https://id.example.org:8443?x",
       .host = "id.example.org",
       .port = 8443,
       .target = "/?x",
       .authority = "id.example.org:8443"},
      {.text = "https://127.0.0.1:65535/keys",
       .host = "127.0.0.1",
       .port = 65535,
       .target = "/keys",
       .authority = "127.0.0.1:65535"},
      {.text = "https://[::1]/keys", .host = "::1", .target = "/keys", .authority = "[::1]"},
      {.text = "https://[2001:DB8:0::1]:1/", .host = "2001:db8::1", .port = 1, .authority = "[2001:db8::1]:1"},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT(row.text) {
      const auto url = auth::parse_https_url(row.text);
      BOOST_TEST_REQUIRE(url.has_value());
      BOOST_TEST(url->host == row.host);
      BOOST_TEST(url->port == row.port);
      BOOST_TEST(url->target == row.target);
      BOOST_TEST(url->authority() == row.authority);
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
