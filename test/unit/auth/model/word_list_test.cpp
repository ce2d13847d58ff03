#include "auth/model/word_list.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

#include "auth/model/scope_names.hpp"
#include "auth/tokens/algorithm_names.hpp"

namespace tacit::auth {

BOOST_AUTO_TEST_SUITE(word_lists)

BOOST_AUTO_TEST_CASE(separators_stand_between_words) {
  const std::vector<std::string_view> words = {"a", "b", "c"};
  const std::span<const std::string_view> all(words);
  BOOST_TEST(word_list({}, ", ", " or ") == "");
  BOOST_TEST(word_list(all.first(1), ", ", " or ") == "a");
  BOOST_TEST(word_list(all.first(2), ", ", " or ") == "a or b");
  BOOST_TEST(word_list(all, ", ", " or ") == "a, b or c");
  BOOST_TEST(word_list(all, ", ", ", ", "'") == "'a', 'b', 'c'");
}

BOOST_AUTO_TEST_CASE(messages_name_scopes_and_algorithms_in_the_order_of_their_tables) {
  BOOST_TEST(word_list(scope_names(store::api_scopes), ", ", ", ") == "secrets:read, secrets:write, keys:manage");
  BOOST_TEST(word_list(scope_names(every_scope), ", ", " or ", "'") ==
             "'secrets:read', 'secrets:write', 'keys:manage' or 'tools:use'");
  BOOST_TEST(word_list(algorithm_names(), ", ", ", ") ==
             "ES256, ES384, ES512, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512, HS256");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tacit::auth
