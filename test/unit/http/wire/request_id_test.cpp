// Request ids: a client's own if it is acceptable, otherwise generated ones.
#include "http/wire/request_id.hpp"

#include <boost/test/unit_test.hpp>

using tacit::http::RequestIds;

BOOST_AUTO_TEST_SUITE(request_id)

BOOST_AUTO_TEST_CASE(a_plain_id_of_the_clients_is_kept) {
  RequestIds ids;
  for (const std::string& own : {std::string("a"), std::string("4f6c2f1e-0b1d_X.9"), std::string(64, 'z')}) {
    BOOST_TEST(ids.take(own) == own);
  }
}

BOOST_AUTO_TEST_CASE(an_invalid_id_is_replaced) {
  RequestIds ids;
  for (const std::string& own :
       {std::string(), std::string(65, 'z'), std::string("a b"), std::string("a\nb"), std::string("\"}"),
        std::string("a\0", 2), std::string("\xc3\xa9"), std::string("tct_0123"), std::string("x-tct_0123")}) {
    const std::string taken = ids.take(own);
    BOOST_TEST(taken != own);
    BOOST_TEST((!taken.empty() && taken.size() <= 32U));
    BOOST_TEST(taken.find_first_not_of("0123456789abcdef-") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(new_ids_differ_and_show_their_connection) {
  RequestIds one, other;
  const std::string first = one.take(""), second = one.take("");
  BOOST_TEST(first != second);
  BOOST_TEST(first.substr(0, first.find('-')) == second.substr(0, second.find('-')));
  BOOST_TEST(first.substr(0, first.find('-')) != other.take("").substr(0, first.find('-')));
}

BOOST_AUTO_TEST_SUITE_END()
