// Parts of requests and answers that several commands share.
#include "server/client/secret_calls.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tacit;
using namespace tacit::server;

namespace {

boost::json::object with_tag(const std::string& tag) {
  ApiAnswer answer;
  answer.body.append(R"({"secret_id":"i"})");
  answer.entity_tag = tag;
  return secret_in(answer);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secret_calls)

BOOST_AUTO_TEST_CASE(all_but_unreserved_characters_are_encoded) {
  BOOST_TEST(url_encoded("aZ9-._~") == "aZ9-._~");
  BOOST_TEST(url_encoded("a b/\xc3\xbc*&%\n") == "a%20b%2F%C3%BC%2A%26%25%0A");
}

BOOST_AUTO_TEST_CASE(the_etag_is_shown_without_quotes) {
  BOOST_TEST(std::string(with_tag("\"0006\"").at("etag").as_string()) == "0006");
  BOOST_TEST(!with_tag("").contains("etag"));
}

BOOST_AUTO_TEST_SUITE_END()
