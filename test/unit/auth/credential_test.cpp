// The choice of the header that carries the credential.
#include "auth/credential.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>

using tacit::auth::choose_credential;
using tacit::auth::Credential;
using Kind = tacit::auth::Credential::Kind;

namespace {

std::string_view of_authorization(std::string_view value) {
  const Credential chosen = choose_credential({.authorization = value});
  BOOST_TEST((chosen.kind == Kind::authorization));
  return chosen.text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credential)

BOOST_AUTO_TEST_CASE(no_header_is_no_credential) { BOOST_TEST(!choose_credential({}).present()); }

BOOST_AUTO_TEST_CASE(the_first_present_header_decides) {
  auto chosen = choose_credential({.token = "t", .authorization = "Bearer a", .x_api_key = "x"});
  BOOST_TEST((chosen.kind == Kind::token));
  BOOST_TEST(chosen.text == "t");
  chosen = choose_credential({.authorization = "Bearer a", .x_api_key = "x"});
  BOOST_TEST((chosen.kind == Kind::authorization));
  BOOST_TEST(chosen.text == "a");
  chosen = choose_credential({.x_api_key = "x"});
  BOOST_TEST((chosen.kind == Kind::x_api_key));
  BOOST_TEST(chosen.text == "x");
}

BOOST_AUTO_TEST_CASE(an_empty_header_is_present) {
  auto chosen = choose_credential({.token = "", .x_api_key = "x"});
  BOOST_TEST(chosen.present());
  BOOST_TEST((chosen.kind == Kind::token));
  BOOST_TEST(chosen.text == "");
  chosen = choose_credential({.authorization = "  ", .x_api_key = "x"});
  BOOST_TEST((chosen.kind == Kind::authorization));
  BOOST_TEST(chosen.text == "");
}

BOOST_AUTO_TEST_CASE(bearer_is_optional_and_case_insensitive) {
  BOOST_TEST(of_authorization("key") == "key");
  BOOST_TEST(of_authorization("Bearer key") == "key");
  BOOST_TEST(of_authorization("bearer key") == "key");
  BOOST_TEST(of_authorization("BEARER   key ") == "key");
  BOOST_TEST(of_authorization(" \tBeArEr\tkey\t") == "key");
}

BOOST_AUTO_TEST_CASE(only_the_whole_word_is_the_scheme) {
  BOOST_TEST(of_authorization("Bearer") == "");
  BOOST_TEST(of_authorization("Bearer ") == "");
  BOOST_TEST(of_authorization("Bearerkey") == "Bearerkey");
  BOOST_TEST(of_authorization("Basic a2V5") == "Basic a2V5");
  BOOST_TEST(of_authorization("Bearer Bearer key") == "Bearer key");
}

BOOST_AUTO_TEST_CASE(other_headers_have_no_scheme) {
  BOOST_TEST(choose_credential({.token = " Bearer k "}).text == "Bearer k");
  BOOST_TEST(choose_credential({.x_api_key = "Bearer k"}).text == "Bearer k");
}

BOOST_AUTO_TEST_SUITE_END()
