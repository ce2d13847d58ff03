// Written JSON, byte for byte.
#include <boost/test/unit_test.hpp>

#include <limits>

#include "http/api/secret_json.hpp"
#include "http/json/json_writer.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace std::string_literals;

namespace {

std::string text(std::string_view utf8) {
  crypto::WipedBytes out;
  write_text(out, utf8);
  return std::string(out.text());
}

std::string instant(std::int64_t microseconds) {
  crypto::WipedBytes out;
  write_time(out, microseconds);
  return std::string(out.text());
}

std::string number(std::uint64_t value) {
  crypto::WipedBytes out;
  write_number(out, value);
  return std::string(out.text());
}

constexpr std::int64_t second = 1'000'000;

}  // namespace

BOOST_AUTO_TEST_SUITE(json_writer)

BOOST_AUTO_TEST_CASE(plain_text_is_copied) {
  BOOST_TEST(text("") == R"("")");
  BOOST_TEST(text("abc / 'x' \x7f") == "\"abc / 'x' \x7f\"");
  BOOST_TEST(text("\xc3\xa9\xf0\x9f\x94\x91\xe2\x80\xa8") == "\"\xc3\xa9\xf0\x9f\x94\x91\xe2\x80\xa8\"");
}

BOOST_AUTO_TEST_CASE(special_characters_are_escaped) {
  BOOST_TEST(text("\"") == R"("\"")");
  BOOST_TEST(text("\\") == R"("\\")");
  BOOST_TEST(text("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  BOOST_TEST(text("\0\x01\x0b\x1f"s) == R"("\u0000\u0001\u000b\u001f")");
  BOOST_TEST(text("a\"b\\\\c\n") == R"("a\"b\\\\c\n")");
  BOOST_TEST(text("</script>") == R"("</script>")");
}

BOOST_AUTO_TEST_CASE(every_byte_is_copied_or_escaped) {
  for (int c = 0; c < 0x80; ++c) {
    const std::string written = text(std::string(1, static_cast<char>(c)));
    const bool escaped = c < 0x20 || c == '"' || c == '\\';
    BOOST_TEST((written.size() == 3) == !escaped);
  }
}

BOOST_AUTO_TEST_CASE(numbers_booleans_and_ids) {
  BOOST_TEST(number(0) == "0");
  BOOST_TEST(number(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  crypto::WipedBytes out;
  write_bool(out, true);
  write_bool(out, false);
  write_text_or_null(out, std::nullopt);
  write_text_or_null(out, "x");
  write_uuid(out, *crypto::parse_uuid("0123abcd-4567-89AB-cdef-0123456789ab"));
  BOOST_TEST(out.text() == R"(truefalsenull"x""0123abcd-4567-89ab-cdef-0123456789ab")");
}

BOOST_AUTO_TEST_CASE(instants) {
  BOOST_TEST(instant(0) == R"("1970-01-01T00:00:00.000000Z")");
  BOOST_TEST(instant(1) == R"("1970-01-01T00:00:00.000001Z")");
  BOOST_TEST(instant(-1) == R"("1969-12-31T23:59:59.999999Z")");
  BOOST_TEST(instant(951'782'399 * second + 999'999) == R"("2000-02-28T23:59:59.999999Z")");
  BOOST_TEST(instant(951'782'400 * second) == R"("2000-02-29T00:00:00.000000Z")");
  BOOST_TEST(instant(951'868'800 * second) == R"("2000-03-01T00:00:00.000000Z")");
  BOOST_TEST(instant(1'769'903'999 * second + 120'034) == R"("2026-01-31T23:59:59.120034Z")");
  BOOST_TEST(instant(4'107'542'399 * second) == R"("2100-02-28T23:59:59.000000Z")");
  BOOST_TEST(instant(4'107'542'400 * second) == R"("2100-03-01T00:00:00.000000Z")");
}

BOOST_AUTO_TEST_CASE(instants_out_of_range_become_the_limits) {
  BOOST_TEST(instant(std::numeric_limits<std::int64_t>::max()) == R"("9999-12-31T23:59:59.999999Z")");
  BOOST_TEST(instant(std::numeric_limits<std::int64_t>::min()) == R"("0000-01-01T00:00:00.000000Z")");
}

BOOST_AUTO_TEST_CASE(a_secret_has_nine_fields) {
  store::SecretInfo secret;
  secret.id = *crypto::parse_uuid("019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b");
  secret.tenant = *crypto::parse_uuid("6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b");
  secret.name = "a \"name\"";
  secret.created_at = 0;
  secret.updated_at = second;
  crypto::WipedBytes out;
  write_secret(out, secret);
  const std::string start =
      R"({"secret_id":"019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b","user_id":"6f1d2c3b-4a59-4687-9a8b-7c6d5e4f3a2b","secret_name":"a \"name\"",)";
  const std::string end = R"("created_at":"1970-01-01T00:00:00.000000Z","updated_at":"1970-01-01T00:00:01.000000Z"})";
  BOOST_TEST(out.text() ==
             start + R"("display":null,"tool_name":null,"tool_arg":null,"is_default_for_tool":false,)" + end);
  secret.display = "ab****yz";
  secret.tool_name = "t*";
  secret.tool_arg = "a";
  secret.is_default_for_tool = true;
  out.clear();
  write_secret(out, secret);
  BOOST_TEST(out.text() ==
             start + R"("display":"ab****yz","tool_name":"t*","tool_arg":"a","is_default_for_tool":true,)" + end);
}

BOOST_AUTO_TEST_SUITE_END()
