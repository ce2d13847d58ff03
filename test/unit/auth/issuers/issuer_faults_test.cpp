// The issuers' file: faults reported with their line.
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

#include "auth/issuers/load_issuers.hpp"
#include "test/unit/auth/issuers/issuers_file_fixture.hpp"

using namespace tacit::auth;
using namespace tacit::auth::test;

namespace {

const std::string begin = minimal + "\n";  // the line after it is line 4

// Texts and their faults. A fault without a position is a part of the fault in line 4.
void check_faults(const std::vector<std::pair<std::string, std::string>>& table) {
  for (const auto& [text, expected] : table) {
    BOOST_TEST_CONTEXT(text) {
      const std::string found = fault(text);
      if (expected.starts_with("issuers:")) {
        BOOST_TEST(found == expected);
      } else {
        BOOST_TEST(found.starts_with("issuers:4: "));
        BOOST_TEST(found.find(expected) != std::string::npos);
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(issuer_faults)

BOOST_AUTO_TEST_CASE(a_faulty_line_is_named) {
  check_faults({
      {begin + "colour = red", "issuers:4: \"colour\" is not an issuer setting"},
      {begin + "audience = more", "issuers:4: audience is set twice"},
      {begin + "leeway =", "issuers:4: leeway has no value"},
      {begin + "leeway = 601", "issuers:4: leeway: \"601\" is not a number of seconds from 0 to 600"},
      {begin + "leeway = 11m", "issuers:4: leeway: \"11m\" is not a number of seconds from 0 to 600"},
      {begin + "leeway = 1y", "issuers:4: leeway: \"1y\" is not a number of seconds from 0 to 600"},
      {begin + "leeway = s", "issuers:4: leeway: \"s\" is not a number of seconds from 0 to 600"},
      {begin + "leeway = -1", "issuers:4: leeway: \"-1\" is not a number of seconds from 0 to 600"},
      {begin + "nonsense", "issuers:4: is neither [issuer] nor name = value"},
      {begin + "[https://id.example.org]", "issuers:4: has an issuer that already has a section"},
      {begin + "[two words]", "issuers:4: is not [issuer], with the tokens' iss between the brackets"},
      {begin + "[]", "issuers:4: is not [issuer], with the tokens' iss between the brackets"},
      {begin + "[open", "issuers:4: is not [issuer], with the tokens' iss between the brackets"},
  });
}

BOOST_AUTO_TEST_CASE(a_faulty_value_is_named_with_its_line) {
  const TemporaryFile brief("0123456789abcdef0123456789abcde\n");
  const TemporaryFile open("0123456789abcdef0123456789abcdef\n", std::filesystem::perms(0644));
  const TemporaryFile empty("\n");
  check_faults({
      {begin + "keys = file", "issuers:4: keys: \"file\" is neither discovery nor none"},
      {begin + "jwks-url = http://id.example.org/keys",
       "issuers:4: jwks-url: \"http://id.example.org/keys\" is not an https URL"},
      {begin + "jwks-url = https://user@id.example.org/",
       "issuers:4: jwks-url: \"https://user@id.example.org/\" is not an https URL"},
      {begin + "jwks-url = https://", "issuers:4: jwks-url: \"https://\" is not an https URL"},
      {"[https://a.example]\naudience = https://a.example, https://b.example",
       "issuers:2: audience: \"https://a.example,\" has a comma or a semicolon; audiences have spaces between them"},
      {begin + "type = at+jwt, jwt", "issuers:4: type: \"at+jwt, jwt\" is not one type"},
      {begin + "algorithms = ES256 none",
       "issuers:4: algorithms: \"none\" is not one of ES256, ES384, ES512, EdDSA, PS256, PS384, PS512, RS256, "
       "RS384, RS512, HS256"},
      {begin + "headers = cookie", "issuers:4: headers: \"cookie\" is neither authorization nor token"},
      {begin + "scope-map = read", "issuers:4: scope-map: \"read\" is not WORD=SCOPE"},
      {begin + "scope-map = read=admin",
       "issuers:4: scope-map: \"admin\" is not one of secrets:read, secrets:write, keys:manage"},
      {begin + "default-scopes = all",
       "issuers:4: default-scopes: \"all\" is not one of secrets:read, secrets:write, keys:manage"},
      {begin + "introspection = yes", "issuers:4: introspection: \"yes\" is neither discovery nor an https URL"},
      {begin + "client-secret-file = " + open.name(), "other than its owner"},
      {begin + "client-secret-file = " + empty.name(), "is empty"},
      {begin + "shared-secret-file = " + brief.name(), "holds less than 32 bytes, the least for HS256"},
      {begin + "shared-secret-file = /nowhere", "/nowhere"},
  });
}

BOOST_AUTO_TEST_CASE(a_faulty_section_is_named) {
  const TemporaryFile client("client secret");
  check_faults({
      {"leeway = 1\n", "issuers:1: comes before the first [issuer]"},
      {"", "issuers: lists no issuers"},
      {"# nothing\n", "issuers: lists no issuers"},
      {"\n[https://x.example]\n",
       "issuers:2: lacks audience: without one, tokens for other services would be accepted"},
      {"[urn:x]\naudience = x\n",
       "issuers:1: the issuer is not an https URL, so its keys cannot be discovered: set jwks-url or jwks-file"},
      {"[https://x.example/?a=b]\naudience = x\n",
       "issuers:1: the issuer is a URL with a query, so its keys cannot be discovered: set jwks-url or jwks-file"},
      {"[https://x.example/#a]\naudience = x\n",
       "issuers:1: the issuer is a URL with a fragment, or with characters that a URL cannot have, so its keys cannot "
       "be "
       "discovered: set jwks-url or jwks-file"},
      {"[https://x.example?a]\naudience = x\nkeys = none\nintrospection = discovery\nclient-id = me\n"
       "client-secret-file = " +
           client.name(),
       "issuers:1: the issuer is a URL with a query, so its introspection endpoint cannot be discovered: set its URL"},
  });
}

BOOST_AUTO_TEST_CASE(a_setting_without_effect_is_named) {
  const TemporaryFile client("client secret");
  const std::string asking =
      "introspection = https://id.example.org/ask\nclient-id = c\nclient-secret-file = " + client.name() + "\n";
  check_faults({
      {begin + "client-tokens = on", "issuers:4: client-tokens has no effect without introspection"},
      {begin + "introspection-cache = 30", "issuers:4: introspection-cache has no effect without introspection"},
      {begin + "introspection-negative-cache = 5",
       "issuers:4: introspection-negative-cache has no effect without introspection"},
      {begin + asking + "client-tokens = on\nuser-claim = uid",
       "issuers:7: client-tokens has no effect with a user-claim other than sub"},
      {begin + "type = application/at+JWT\ndefault-scopes = secrets:read",
       "issuers:5: default-scopes has no effect with type = at+jwt, because such tokens name their scopes"},
      {begin + asking + "keys = none\ntype = at+jwt",
       "issuers:8: type has no effect with keys = none, which takes no JWTs"},
      {begin + asking + "keys = none\nalgorithms = ES256",
       "issuers:8: algorithms has no effect with keys = none, which takes no JWTs"},
      {begin + asking + "keys = none\ndefault-scopes = secrets:read",
       "issuers:8: default-scopes has no effect with keys = none, which takes no JWTs"},
      {begin + "jwks-file = /x\nrefresh-most = 7200",
       "issuers:5: refresh-most has no effect where neither keys nor metadata are fetched "
       "periodically"},
      {begin + "jwks-file = /x\nfetch-timeout = 7",
       "issuers:5: fetch-timeout has no effect where no request is sent to the issuer"},
      {begin + "jwks-file = /x\nkeep-keys = 1", "issuers:5: keep-keys has no effect where the keys are not fetched"},
      {begin + "jwks-file = /x\nca = /y", "issuers:5: ca has no effect where no request is sent to the issuer"},
  });
}

BOOST_AUTO_TEST_CASE(contradictory_settings_are_named) {
  check_faults({
      {minimal + "keys = none\n",
       "issuers:1: has neither keys nor introspection, so none of its tokens could be checked"},
      {minimal + "jwks-file = /x\njwks-url = https://x.example/\n",
       "issuers:1: has more than one of keys, jwks-url, jwks-file and shared-secret-file"},
      {minimal + "algorithms = HS256\n",
       "issuers:1: allows HS256, which needs a shared secret: a verifier of such tokens can also make them"},
      {minimal + "introspection = discovery\n",
       "issuers:1: has introspection, which needs client-id and client-secret-file"},
      {minimal + "client-id = me\n", "issuers:1: has client credentials but no introspection"},
      {minimal + "refresh-least = 100\nrefresh-most = 99\n", "issuers:1: has refresh-least above refresh-most"},
  });
}

BOOST_AUTO_TEST_CASE(every_fault_is_reported_in_the_order_of_the_file) {
  const auto issuers = parse_issuers(
      "leeway = 1\n"
      "[https://a.example]\n"
      "colour = red\n"
      "leeway = x\n"
      "client-tokens = on\n"
      "[two words]\n"
      "leeway = y\n"
      "nonsense\n"
      "[urn:b]\n"
      "[https://a.example]\n"
      "audience =\n"
      "[https://c.example]\n"
      "audience =\n"
      "jwks-url = http://c.example/keys\n"
      "algorithms = none\n"
      "headers = cookie\n"
      "introspection = yes\n"
      "client-id = c\n"
      "client-tokens = on\n"
      "refresh-least = 99999\n"
      "refresh-most = 2\n",
      "issuers");
  BOOST_TEST_REQUIRE(issuers.has_error());
  const std::vector<std::string> expected = {
      "issuers:1: comes before the first [issuer]",
      "issuers:2: lacks audience: without one, tokens for other services would be accepted",
      "issuers:2: " + no_choice,
      "issuers:3: \"colour\" is not an issuer setting",
      "issuers:4: leeway: \"x\" is not a number of seconds from 0 to 600",
      "issuers:5: client-tokens has no effect without introspection",
      "issuers:6: is not [issuer], with the tokens' iss between the brackets",
      "issuers:7: leeway: \"y\" is not a number of seconds from 0 to 600",
      "issuers:8: is neither [issuer] nor name = value",
      "issuers:9: the issuer is not an https URL, so its keys cannot be discovered: set jwks-url or jwks-file",
      "issuers:9: lacks audience: without one, tokens for other services would be accepted",
      "issuers:9: " + no_choice,
      "issuers:10: has an issuer that already has a section",
      "issuers:11: audience has no value",
      "issuers:12: " + no_choice,
      // Consequences of a faulty line are not reported as well.
      "issuers:13: audience has no value",
      "issuers:14: jwks-url: \"http://c.example/keys\" is not an https URL",
      "issuers:15: algorithms: \"none\" is not one of ES256, ES384, ES512, EdDSA, PS256, PS384, PS512, RS256, "
      "RS384, RS512, HS256",
      "issuers:16: headers: \"cookie\" is neither authorization nor token",
      "issuers:17: introspection: \"yes\" is neither discovery nor an https URL",
      "issuers:20: refresh-least: \"99999\" is not a number of seconds from 1 to 86400",
  };
  BOOST_TEST(issuers.error().faults == expected, boost::test_tools::per_element());
  BOOST_TEST(issuers.error().message.starts_with(expected[0] + "; " + expected[1] + "; "));
}

BOOST_AUTO_TEST_CASE(a_file_of_another_kind_is_not_reported_line_by_line) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "nonsense\n";
  const auto issuers = parse_issuers(text, "issuers");
  BOOST_TEST_REQUIRE(issuers.has_error());
  BOOST_TEST_REQUIRE(issuers.error().faults.size() == 101U);
  BOOST_TEST(issuers.error().faults.back() == "issuers:101: is the last line read: the file has too many faults");
}

BOOST_AUTO_TEST_CASE(files_of_keys_and_authorities_are_checked_at_their_lines) {
  // The example key of RFC 7517 appendix A.1, for P-256.
  const TemporaryFile keys(
      R"({"keys": [{"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
      R"( "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]})");
  const auto found = [](const std::string& text) {
    const TemporaryFile file(text);
    std::vector<std::string> faults = find_issuer_faults(file.name());
    for (std::string& each : faults) {
      BOOST_TEST(each.starts_with(file.name() + ":"));
      each.erase(0, file.name().size());
    }
    return faults;
  };
  const std::string from_file = minimal + "jwks-file = " + keys.name() + "\n";
  BOOST_TEST(found(from_file).empty());
  BOOST_TEST(found(from_file + "algorithms = RS256 ES256\n").empty());
  const std::vector<std::string> unfit = {":4: no key fits `algorithms` in the key file " + keys.name()};
  BOOST_TEST(found(from_file + "algorithms = RS256 ES384\n") == unfit, boost::test_tools::per_element());

  const auto missing =
      found(minimal + "uuid-users = on\nca = /nowhere.pem\n[urn:b]\nuuid-users = off\njwks-file = /nowhere.jwks\n");
  BOOST_TEST_REQUIRE(missing.size() == 3U);
  BOOST_TEST(missing[0].starts_with(":4: "));
  BOOST_TEST(missing[0].find("/nowhere.pem: cannot be read: No such file or directory") != std::string::npos);
  BOOST_TEST(missing[1].starts_with(":5: lacks audience"));
  BOOST_TEST(missing[2] == ":7: the key file /nowhere.jwks: cannot be read: No such file or directory");
  BOOST_TEST(find_issuer_faults("/nowhere/issuers").front() ==
             "/nowhere/issuers: cannot be read: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()
