// The text of keyrings: dates, editing that keeps comments, arbitrary input.
#include "crypto/keyrings/keyring_text.hpp"

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;

BOOST_AUTO_TEST_SUITE(keyring_text)

BOOST_AUTO_TEST_CASE(date_times) {
  // RFC 3339 section 5.8, and the edges of each field.
  for (const std::string_view good :
       {"1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-08:00", "1990-12-31T23:59:60Z", "1937-01-01T12:00:27.87+00:20",
        "2024-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.000000001Z"}) {
    BOOST_TEST(is_rfc3339(good), good);
  }
  for (const std::string_view bad : {"",
                                     "2026",
                                     "2026-01-02",
                                     "2026-01-02T03:04:05",
                                     "2026-01-02 03:04:05Z",
                                     "2026-01-02t03:04:05z",
                                     "2026-1-02T03:04:05Z",
                                     "2026-13-02T03:04:05Z",
                                     "2026-00-02T03:04:05Z",
                                     "2026-01-32T03:04:05Z",
                                     "2025-02-29T03:04:05Z",
                                     "2026-01-02T24:04:05Z",
                                     "2026-01-02T03:60:05Z",
                                     "2026-01-02T03:04:61Z",
                                     "2026-01-02T03:04:05.Z",
                                     "2026-01-02T03:04:05ZZ",
                                     "2026-01-02T03:04:05+0100",
                                     "2026-01-02T03:04:05+24:00",
                                     "2026-01-02T03:04:05+01:00Z",
                                     "+026-01-02T03:04:05Z",
                                     "2026-01-02T03:04Z"}) {
    BOOST_TEST(!is_rfc3339(bad), bad);
  }
}

BOOST_AUTO_TEST_CASE(formatted_text_parses) {
  const Bytes key = test::random_of(65);
  const KeyId id = {1, 2, 3, 4, 5, 6, 7, 0xff};
  const WipedBytes text = format_keyring("root-public", id, key);
  const auto lines = parse_keyring("a file", "root-public", text.text());
  BOOST_REQUIRE(lines);
  BOOST_REQUIRE_EQUAL(lines->size(), 1u);
  BOOST_TEST(lines->front().number == 2u);
  BOOST_TEST(to_hex(lines->front().id) == "01020304050607ff");
  BOOST_TEST(lines->front().primary);
  BOOST_TEST(to_hex(lines->front().key.view()) == to_hex(key));
  BOOST_TEST(!parse_keyring("a file", "metadata", text.text()));
}

// Reading any file ends with a ring or with a message.
BOOST_AUTO_TEST_CASE(damaged_text_never_parses_as_another_key) {
  const Bytes key = test::random_of(32);
  const WipedBytes good = format_keyring("metadata", KeyId{}, key);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int mask : {0x01, 0x20, 0x80}) {
      std::string text(good.text());
      text[at] = static_cast<char>(text[at] ^ mask);
      const auto lines = parse_keyring("a file", "metadata", text);
      if (!lines) BOOST_TEST(lines.error().message.starts_with("a file: "));
    }
    const auto cut = parse_keyring("a file", "metadata", good.text().substr(0, at));
    const bool only_line_feed_gone = at + 1 == good.size();
    if (cut && !only_line_feed_gone) BOOST_TEST(to_hex(cut->front().key.view()) != to_hex(key));
  }
}

BOOST_AUTO_TEST_SUITE_END()
