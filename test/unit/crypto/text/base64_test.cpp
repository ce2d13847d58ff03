// Base64url without padding: the RFC's vectors and refusals.
#include "crypto/text/base64.hpp"

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(known_encodings) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      // RFC 4648 section 10, without the padding.
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "-_-_"},
  };
  for (const auto& [bytes, text] : vectors) {
    BOOST_TEST(base64url_encode(as_bytes(bytes)).text() == text);
    const auto decoded = base64url_decode(text);
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST(decoded->text() == bytes);
  }
}

BOOST_AUTO_TEST_CASE(only_the_canonical_form_is_read) {
  for (const std::string_view text :
       {"A", "AAAAA", "Zg==", "Zm8=", "Z g", "Zg\n", " Zg", "+w", "/w", "Zh", "Zm9", "Z\0g"}) {
    BOOST_TEST(!base64url_decode(text), text);
  }
  BOOST_TEST(!base64url_decode(std::string_view("Zg\0A", 4)));
  BOOST_TEST(!base64url_decode("Z\xc3\xa9g"));
}

BOOST_AUTO_TEST_CASE(every_other_character_is_refused_in_every_place) {
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (int c = 0; c < 256; ++c) {
    const bool known = c != 0 && alphabet.find(static_cast<char>(c)) != std::string_view::npos;
    for (std::size_t place = 0; place < 6; ++place) {
      std::string text = "AAAAAA";
      text[place] = static_cast<char>(c);
      // Alone, across blocks that are decoded together, at a block's end and after it.
      for (const std::size_t before : {0U, 56U, 60U, 64U, 128U}) {
        const std::string longer = std::string(before, 'A') + text;
        BOOST_TEST(base64url_decode(longer + "AA").has_value() == known);
        BOOST_TEST(base64url_decode(longer + "AA" + std::string(80, 'A')).has_value() == known);
        BOOST_TEST(is_base64url(longer) == known);
        if (!known) BOOST_TEST(!base64url_decode(longer));
        if (!known && place < 3) BOOST_TEST(!base64url_decode(longer.substr(0, before + 3)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(bits_left_over_are_refused) {
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (std::size_t value = 0; value < 64; ++value) {
    const std::string last(1, alphabet[value]);
    BOOST_TEST(base64url_decode("A" + last).has_value() == (value % 16 == 0));
    BOOST_TEST(base64url_decode("AA" + last).has_value() == (value % 4 == 0));
  }
}

BOOST_AUTO_TEST_CASE(every_byte_and_length_round_trips) {
  for (std::size_t size = 0; size < 200; ++size) {
    const Bytes bytes = test::random_of(size);
    const WipedBytes text = base64url_encode(bytes);
    BOOST_TEST(text.size() == (size * 8 + 5) / 6);
    const auto decoded = base64url_decode(text.text());
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST(to_hex(decoded->view()) == to_hex(bytes));
  }
}

BOOST_AUTO_TEST_SUITE_END()
