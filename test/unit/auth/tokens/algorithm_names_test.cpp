// Algorithms' names, in the order of their table: messages and the help list them so.
#include "auth/tokens/algorithm_names.hpp"

#include <boost/test/unit_test.hpp>

#include "crypto/text/sentence.hpp"

using namespace tacit;

BOOST_AUTO_TEST_SUITE(algorithm_names)

BOOST_AUTO_TEST_CASE(names_are_in_the_order_of_their_table) {
  BOOST_TEST(crypto::joined(auth::algorithm_names(), " ") ==
             "ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512 HS256");
}

BOOST_AUTO_TEST_SUITE_END()
