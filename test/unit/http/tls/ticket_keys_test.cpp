// The file of session ticket keys: its formats and faults.
#include "http/tls/ticket_keys.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

#include <sys/stat.h>

#include "crypto/text/base64.hpp"
#include "test/temporary_folder.hpp"

using namespace tacit;
using namespace tacit::http;

namespace {

/// 80 bytes that are not text.
std::string key(char seed) {
  std::string bytes;
  for (int i = 0; i < 80; ++i) bytes.push_back(static_cast<char>(seed + 3 * i + 0x80));
  return bytes;
}

std::string base64(const std::string& bytes) {
  std::string text(crypto::base64url_encode(crypto::as_bytes(bytes)).text());
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return text + "=";
}

std::size_t count_in(const std::string& content) {
  const auto keys = TicketKeys::parse(crypto::as_bytes(content));
  return keys ? (*keys)->keys().size() : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ticket_keys)

BOOST_AUTO_TEST_CASE(keys_are_binary_or_base64) {
  BOOST_TEST(count_in(key(1)) == 1u);
  BOOST_TEST(count_in(key(1) + key(2) + key(3)) == 3u);
  BOOST_TEST(count_in(base64(key(1))) == 1u);
  BOOST_TEST(count_in(base64(key(1)) + "\n" + base64(key(2)) + "\r\n\n") == 2u);
  const std::string url(crypto::base64url_encode(crypto::as_bytes(key(1))).text());
  BOOST_TEST(count_in(url + "\n") == 1u);
}

BOOST_AUTO_TEST_CASE(a_key_is_a_name_and_two_secrets_in_the_order_of_the_file) {
  const std::string one = key(1);
  for (const std::string& content : {one + key(2), base64(one) + "\n" + base64(key(2))}) {
    const auto keys = TicketKeys::parse(crypto::as_bytes(content));
    BOOST_REQUIRE(keys.has_value());
    const TicketKeys::Key& first = (*keys)->keys().front();
    BOOST_TEST(crypto::as_text(first.name) == one.substr(0, 16));
    BOOST_TEST(crypto::as_text(first.hmac.view()) == one.substr(16, 32));
    BOOST_TEST(crypto::as_text(first.aes.view()) == one.substr(48, 32));
  }
}

BOOST_AUTO_TEST_CASE(an_invalid_key_is_refused) {
  BOOST_TEST(count_in("") == 0u);
  BOOST_TEST(count_in("\n") == 0u);
  BOOST_TEST(count_in(key(1).substr(1)) == 0u);
  BOOST_TEST(count_in(key(1) + "x") == 0u);
  BOOST_TEST(count_in(key(1).substr(0, 48)) == 0u);
  BOOST_TEST(count_in(base64(key(1)).substr(4)) == 0u);
  BOOST_TEST(count_in(base64(key(1)) + "=") == 0u);
  BOOST_TEST(count_in(" " + base64(key(1))) == 0u);
  BOOST_TEST(count_in(base64(key(1)) + "\nrubbish\n") == 0u);
  BOOST_TEST(count_in(key(1) + key(1)) == 0u);
  BOOST_TEST(count_in(std::string(80, '\0')) == 0u);
  BOOST_TEST(count_in(std::string(80, 'a')) == 0u);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_may_read_is_refused) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("tickets", key(1)).string();
  for (const mode_t mode : {0600U, 0400U, 0640U, 0440U}) {
    BOOST_REQUIRE(::chmod(file.c_str(), mode) == 0);
    BOOST_TEST(TicketKeys::load(file).has_value());
  }
  for (const mode_t mode : {0644U, 0660U, 0604U}) {
    BOOST_REQUIRE(::chmod(file.c_str(), mode) == 0);
    const auto keys = TicketKeys::load(file);
    BOOST_REQUIRE(keys.has_error());
    BOOST_TEST(keys.error().find(file) != std::string::npos);
  }
  std::filesystem::remove(file);
  BOOST_TEST(TicketKeys::load(file).has_error());
}

BOOST_AUTO_TEST_SUITE_END()
