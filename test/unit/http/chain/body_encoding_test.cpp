// Bodies that are compressed or in a wide encoding, and those that are not.
#include <boost/test/unit_test.hpp>

#include "http/chain/body_encoding.hpp"

using namespace tacit::http;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(body_encoding)

BOOST_AUTO_TEST_CASE(compressed_bodies) {
  for (const std::string& body : {"\x1f\x8b\x08\0"s, "\x28\xb5\x2f\xfd$"s, "\x78\x9c\xab"s, "BZh9"s,
                                  "\xfd"
                                  "7zXZ\0"s}) {
    BOOST_TEST((unreadable_encoding(body) == Problem::body_compressed));
  }
}

BOOST_AUTO_TEST_CASE(wide_encodings) {
  for (const std::string& body : {"\xff\xfe{\0}\0"s, "\xfe\xff\0{\0}"s, "{\0}\0"s, "\0{\0}"s, "\xff\xfe\0\0{\0\0\0"s,
                                  "\0\0\xfe\xff\0\0\0{"s, "{\0\0\0}\0\0\0"s, "\0\0\0{\0\0\0}"s}) {
    BOOST_TEST((unreadable_encoding(body) == Problem::body_not_utf8));
  }
}

BOOST_AUTO_TEST_CASE(other_encodings_are_left_to_the_reader) {
  for (const std::string& body : {""s, "{"s, "{}"s, "\xef\xbb\xbf{}"s, " {}"s, "\xff"s, "\0"s, "x"s, "{}\0"s, "\x1f"s,
                                  "{\"a\":\"\xff\xfe\"}"s, "null"s}) {
    BOOST_TEST(!unreadable_encoding(body).has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()
