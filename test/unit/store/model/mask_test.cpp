// A mask shows at most an eighth of a value at each end, and nothing of armour and white space.
#include <boost/test/unit_test.hpp>
#include <string>

#include "store/model/mask.hpp"
#include "store/model/secret.hpp"

namespace store = tacit::store;

BOOST_AUTO_TEST_SUITE(mask)

BOOST_AUTO_TEST_CASE(a_short_value_shows_nothing) {
  BOOST_TEST(store::mask("") == "****");
  BOOST_TEST(store::mask("abcd") == "****");
  BOOST_TEST(store::mask("abcdefg") == "****");
}

BOOST_AUTO_TEST_CASE(an_eighth_is_shown_at_each_end_up_to_four) {
  BOOST_TEST(store::mask("abcdefgh") == "a****h");
  BOOST_TEST(store::mask("abcdefghijklmno") == "a****o");
  BOOST_TEST(store::mask("abcdefghijklmnop") == "ab****op");
  BOOST_TEST(store::mask("abcdefghijklmnopqrstuvwxyz012345") == "abcd****2345");
  BOOST_TEST(store::mask("abcd" + std::string(1000, 'x') + "wxyz") == "abcd****wxyz");
}

BOOST_AUTO_TEST_CASE(characters_are_code_points) {
  std::string eight;
  for (int i = 0; i < 8; ++i) eight += i == 0 ? "\xE2\x82\xAC" : i == 7 ? "\xF0\x9F\x98\x80" : "\xC3\xA9";
  BOOST_TEST(store::mask(eight) == "\xE2\x82\xAC****\xF0\x9F\x98\x80");
  // 8 bytes, but 4 characters.
  BOOST_TEST(store::mask("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9") == "****");
}

BOOST_AUTO_TEST_CASE(white_space_at_both_ends_is_left_out) {
  BOOST_TEST(store::mask("  abcdefgh\r\n") == "a****h");
  BOOST_TEST(store::mask("\t\n abcdefg \v\f") == "****");
  BOOST_TEST(store::mask("\xC2\xA0"
                         "abcdefgh"
                         "\xE3\x80\x80\xE2\x80\xA8") == "a****h");
  BOOST_TEST(store::mask("\xEF\xBB\xBF"
                         "abcdefgh") == "a****h");
  BOOST_TEST(store::mask("a      h") == "a****h");  // inner white space counts
  BOOST_TEST(store::mask(" \n \t ") == "****");
  BOOST_TEST(store::mask("\\nabcdef\\n") == "\\****n");  // this is not a line end
}

BOOST_AUTO_TEST_CASE(armour_is_left_out) {
  const std::string body = "MIIEvQIBADANBgkqhkiG9w0BAQEF\nAASCBKcwggSjAgEAAoIBAQC7\nVJTUt9Us8cKj\n";
  const std::string pem = "-----BEGIN PRIVATE KEY-----\n" + body + "-----END PRIVATE KEY-----\n";
  BOOST_TEST(store::mask(pem) == "MIIE****8cKj");
  for (const std::string end : {"\r\n", "\r", "\\n", "\\r\\n", " "}) {
    std::string other = pem;
    for (std::size_t at = 0; (at = other.find('\n', at)) != std::string::npos; at += end.size())
      other.replace(at, 1, end);
    BOOST_TEST(store::mask(other) == "MIIE****8cKj", "lines end in " << end);
  }
  BOOST_TEST(store::mask("\xEF\xBB\xBF\n  " + pem + "\n\n") == "MIIE****8cKj");
  BOOST_TEST(store::mask("  -----BEGIN PRIVATE KEY-----  \n" + body + "\t-----END PRIVATE KEY----- ") ==
             "MIIE****8cKj");
  BOOST_TEST(store::mask("----- BEGIN PRIVATE KEY -----\n" + body + "----- END PRIVATE KEY -----") == "MIIE****8cKj");
  BOOST_TEST(store::mask(body) == "MIIE****8cKj");
  BOOST_TEST(store::mask("-----BEGIN PRIVATE KEY-----\n" + body) == "MIIE****8cKj");  // truncated
  BOOST_TEST(store::mask(body + "-----END X9.42 DH PARAMETERS-----") == "MIIE****8cKj");
}

BOOST_AUTO_TEST_CASE(several_blocks_and_headers) {
  const std::string chain =
      "-----BEGIN A-----\nabcdefg\n-----END A-----\n-----BEGIN B-----\nhijklmn\n-----END B-----\n";
  BOOST_TEST(store::mask(chain) == "a****n");  // 15 characters: a line end is between them
  BOOST_TEST(store::mask("-----BEGIN A-----\nabc\n-----END A-----\n-----BEGIN B-----\nefg\n-----END B-----") == "****");
  BOOST_TEST(
      store::mask("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIEabcd\n"
                  "-----END RSA PRIVATE KEY-----\n") == "Proc****abcd");
  BOOST_TEST(store::mask("bag attributes\n-----BEGIN A-----\n0123456789abcdef\n-----END A-----") == "bag****def");
}

BOOST_AUTO_TEST_CASE(text_similar_to_armour_counts) {
  BOOST_TEST(store::mask("-----BEGIN A-----\n-----END A-----\n") == "****");
  BOOST_TEST(store::mask("-----BEGIN PRIVATE KEY\nabcdefghijklmnop") == "----****mnop");
  BOOST_TEST(store::mask("-----BEGINNING OF IT-----\nabcdefghijkl") == "----****ijkl");
  BOOST_TEST(store::mask("x-----BEGIN A-----\nabcdefghijklmnopqrstuvwxyz") == "x---****wxyz");
  BOOST_TEST(store::mask("-----BEGIN A-----x\nabcdefghijklmnopqrstuvwxyz") == "----****wxyz");
  BOOST_TEST(store::mask(std::string(40, '-')) == "----****----");
}

BOOST_AUTO_TEST_CASE(a_mask_stays_as_it_was_made) {
  const std::string pem = "-----BEGIN A-----\n0123456789abcdef\n-----END A-----\n";
  BOOST_TEST(tacit::store::is_mask_of("01****ef", pem));
  BOOST_TEST(tacit::store::is_mask_of("----****---\n", pem));  // made by a version that left nothing out
  BOOST_TEST(!tacit::store::is_mask_of("01****ee", pem));
  BOOST_TEST(!tacit::store::is_mask_of("****", pem));
}

// Of such values the time of a search from each place would grow with the square of the length. This one ends at once.
BOOST_AUTO_TEST_CASE(long_values_of_half_armour_are_masked) {
  constexpr std::size_t size = std::size_t{1} << 20;
  for (const std::string& part : {std::string("-----BEGIN "), std::string("-----BEGIN x\n"), std::string("-----\n")}) {
    std::string value = "abcdefgh";
    while (value.size() < size) value += part;
    value += "ijklmnop";
    BOOST_TEST(store::mask(value) == "abcd****mnop");
  }
  BOOST_TEST(store::mask(std::string(size, '-')) == "----****----");
  BOOST_TEST(store::mask(std::string(size, ' ') + "abcdefgh") == "a****h");
}

BOOST_AUTO_TEST_SUITE_END()
