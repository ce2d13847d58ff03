// The text form of API keys.
#include "auth/api_keys/api_key_format.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <set>
#include <string>

#include "auth/api_keys/base62.hpp"

using namespace tacit;

BOOST_AUTO_TEST_SUITE(api_key_format)

// Checksums computed with zlib's crc32.
constexpr std::string_view known_api_key = "tct_7gQ2mZx0LpAaB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9f3jGJA3";
constexpr std::string_view zeros = "tct_0000000000000000000000000000000000000000000000000000004duRqh";

BOOST_AUTO_TEST_CASE(a_known_key_is_read) {
  const auto parsed = auth::parse_api_key(known_api_key);
  BOOST_TEST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->id == "7gQ2mZx0LpA");
  BOOST_TEST(parsed->secret == "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9f");
  BOOST_TEST(auth::parse_api_key(zeros).has_value());
}

BOOST_AUTO_TEST_CASE(a_generated_key_is_read_back) {
  const auto key = auth::generate_api_key();
  BOOST_TEST(key.text.size() == 64u);
  const auto parsed = auth::parse_api_key(key.text.text());
  BOOST_TEST_REQUIRE(parsed.has_value());
  BOOST_TEST(parsed->id == key.id);
  BOOST_TEST((crypto::sha256(crypto::as_bytes(parsed->secret)) == key.secret_hash));
}

BOOST_AUTO_TEST_CASE(generated_keys_differ) {
  std::set<std::string> ids;
  std::set<std::string> texts;
  for (int i = 0; i < 1000; ++i) {
    const auto key = auth::generate_api_key();
    ids.insert(key.id);
    texts.emplace(key.text.text());
  }
  BOOST_TEST(ids.size() == 1000u);
  BOOST_TEST(texts.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(any_changed_character_is_detected) {
  for (std::size_t i = 0; i < known_api_key.size(); ++i) {
    for (const char c : {'0', 'z', 'Q', '-', ' ', '\0', '\xff'}) {
      std::string changed(known_api_key);
      if (changed[i] == c) continue;
      changed[i] = c;
      BOOST_TEST(!auth::parse_api_key(changed).has_value(), "byte " << i);
    }
  }
}

BOOST_AUTO_TEST_CASE(other_lengths_are_refused) {
  for (std::size_t size = 0; size < known_api_key.size(); ++size) {
    BOOST_TEST(!auth::parse_api_key(known_api_key.substr(0, size)).has_value());
  }
  std::string longer(known_api_key);
  longer.push_back('0');
  BOOST_TEST(!auth::parse_api_key(longer).has_value());
  BOOST_TEST(!auth::parse_api_key(std::string(" ").append(known_api_key)).has_value());
  BOOST_TEST(!auth::parse_api_key(std::string(1 << 20, 't')).has_value());
}

BOOST_AUTO_TEST_CASE(random_characters_are_uniform) {
  // 62,000 draws: each character is expected 1000 times, with a standard deviation of 32. Without the rejection
  // of the last bytes the first 8 characters would come 25 % more often.
  std::array<std::uint8_t, 62'000> drawn{};
  auth::random_base62(drawn);
  std::array<int, 256> counts{};
  for (const auto byte : drawn) ++counts[byte];
  for (const char c : auth::base62_alphabet) {
    const int count = counts[static_cast<unsigned char>(c)];
    BOOST_TEST((count > 800 && count < 1200), c << " came " << count << " times");
  }
}

BOOST_AUTO_TEST_CASE(numbers_are_padded_and_cut) {
  std::array<std::uint8_t, 3> text{};
  const auto written = [&](std::uint64_t number) {
    auth::write_base62(number, text);
    return std::string(text.begin(), text.end());
  };
  BOOST_TEST(written(0) == "000");
  BOOST_TEST(written(61) == "00z");
  BOOST_TEST(written(62) == "010");
  BOOST_TEST(written(62 * 62 * 62 - 1) == "zzz");
  BOOST_TEST(written(62 * 62 * 62 + 1) == "001");
}

BOOST_AUTO_TEST_SUITE_END()
