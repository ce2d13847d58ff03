// The issuers' file: valid contents, and faults reported with their line.
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include "auth/issuers/issuer_settings.hpp"
#include "auth/issuers/load_issuers.hpp"
#include "auth/model/issuer_config.hpp"

using namespace tacit::auth;
using tacit::crypto::SignatureAlgorithm;
using tacit::store::Scope;

namespace {

/// A file of this test's own, readable by its owner alone.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content, std::filesystem::perms mode = std::filesystem::perms::owner_read) {
    std::string pattern = (std::filesystem::temp_directory_path() / "tacit-issuers-XXXXXX").string();
    const int descriptor = ::mkstemp(pattern.data());
    BOOST_REQUIRE(descriptor >= 0);
    ::close(descriptor);
    path_ = pattern;
    std::ofstream(path_) << content;
    std::filesystem::permissions(path_, mode);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string name() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::vector<IssuerConfig> good(const std::string& text) {
  auto issuers = parse_issuers(text, "issuers");
  BOOST_REQUIRE_MESSAGE(issuers.has_value(), issuers.error().message);
  return *issuers;
}

std::string fault(const std::string& text) {
  const auto issuers = parse_issuers(text, "issuers");
  BOOST_REQUIRE(issuers.has_error());
  return issuers.error().message;
}

const std::string minimal = "[https://id.example.org]\naudience = https://tacit.example.org\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(issuer_config)

BOOST_AUTO_TEST_CASE(two_lines_are_enough) {
  const auto issuers = good(minimal);
  BOOST_REQUIRE(issuers.size() == 1U);
  const IssuerConfig& issuer = issuers[0];
  BOOST_TEST(issuer.issuer == "https://id.example.org");
  BOOST_TEST((issuer.keys == IssuerConfig::Keys::discovery));
  BOOST_TEST(issuer.audiences.size() == 1U);
  BOOST_TEST(issuer.in_authorization);
  BOOST_TEST(!issuer.in_token);
  BOOST_TEST(issuer.leeway.count() == 60);
  BOOST_TEST(issuer.allows(SignatureAlgorithm::es256));
  BOOST_TEST(issuer.allows(SignatureAlgorithm::rs256));
  BOOST_TEST(!issuer.allows(SignatureAlgorithm::hs256));
  BOOST_TEST((issuer.default_scopes == Scope::none));
  BOOST_TEST(issuer.scope_names.count("secrets:write") == 1U);
  BOOST_TEST((issuer.scope_names.find("keys:manage")->second == Scope::api_keys_manage));
}

BOOST_AUTO_TEST_CASE(everything_can_be_said) {
  const TemporaryFile secret("client secret\n");
  const auto issuers = good(
      "# comment\n\n[https://a.example]  # the first\n  audience = one two\r\njwks-url = "
      "https://a.example:8443/keys\nca = /etc/ca.pem\n"
      "algorithms = ES256 EdDSA\nheaders = token authorization\ntype = application/AT+JWT\nleeway = 5\nuser-claim = "
      "uid\n"
      "scope-claim = scp\nscope-map = read=secrets:read all=secrets:read all=secrets:write a=b=keys:manage\n"
      "introspection = https://a.example/introspect\n"
      "refresh-least = 5s\nrefresh-most = 50\nkeep-keys = 2h\nfetch-timeout = 2\nintrospection-cache = 9\n"
      "introspection-negative-cache = 3\nclient-id = tacit\nclient-secret-file = " +
      secret.name() +
      "\n[urn:other]\naudience = x\njwks-file = /etc/keys\ndefault-scopes = secrets:read keys:manage\n");
  BOOST_REQUIRE(issuers.size() == 2U);
  const IssuerConfig& first = issuers[0];
  BOOST_TEST((first.keys == IssuerConfig::Keys::url));
  BOOST_TEST(first.jwks_url == "https://a.example:8443/keys");
  BOOST_TEST(first.audiences.size() == 2U);
  BOOST_TEST(first.ca == "/etc/ca.pem");
  BOOST_TEST((first.algorithms == std::vector{SignatureAlgorithm::es256, SignatureAlgorithm::eddsa}));
  BOOST_TEST(first.in_token);
  BOOST_TEST(first.in_authorization);
  BOOST_TEST(first.required_type == "at+jwt");
  BOOST_TEST(first.leeway.count() == 5);
  BOOST_TEST(first.user_claim == "uid");
  BOOST_TEST(first.scope_claim == "scp");
  BOOST_TEST(first.scope_names.count("all") == 2U);
  BOOST_TEST((first.scope_names.find("a=b")->second == Scope::api_keys_manage));
  BOOST_TEST(first.scope_names.count("secrets:read") == 0U);
  BOOST_TEST(first.client_secret->text() == "client secret");
  BOOST_TEST(first.introspection_cache.count() == 9);
  BOOST_TEST(first.negative_cache.count() == 3);
  BOOST_TEST(first.refresh_least.count() == 5);
  BOOST_TEST(first.refresh_most.count() == 50);
  BOOST_TEST(first.keep_stale.count() == 7200);
  BOOST_TEST(first.fetch_timeout.count() == 2000);
  BOOST_TEST(issuers[1].issuer == "urn:other");
  BOOST_TEST((issuers[1].keys == IssuerConfig::Keys::file));
  BOOST_TEST((issuers[1].default_scopes == (Scope::secrets_read | Scope::api_keys_manage)));
}

BOOST_AUTO_TEST_CASE(a_shared_secret_means_hs256_and_nothing_else) {
  const TemporaryFile secret("0123456789abcdef0123456789abcdef\n");
  const std::string section = "[me]\naudience = x\nshared-secret-file = " + secret.name() + "\n";
  const auto issuers = good(section);
  BOOST_TEST((issuers[0].algorithms == std::vector{SignatureAlgorithm::hs256}));
  BOOST_TEST(issuers[0].shared_secret->size() == 32U);
  BOOST_TEST(fault(section + "algorithms = HS256 RS256\n") ==
             "issuers:1: has a shared secret, which verifies only HS256");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_with_its_line) {
  const TemporaryFile brief("0123456789abcdef0123456789abcde\n");
  const TemporaryFile open("0123456789abcdef0123456789abcdef\n", std::filesystem::perms(0644));
  const TemporaryFile empty("\n");
  const TemporaryFile client("client secret");
  const std::string asking =
      "introspection = https://id.example.org/ask\nclient-id = c\nclient-secret-file = " + client.name() + "\n";
  const std::string begin = minimal + "\n";  // the fault is in line 4
  const std::vector<std::pair<std::string, std::string>> table = {
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
      {begin + "keys = file", "issuers:4: keys: \"file\" is neither discovery nor none"},
      {begin + "jwks-url = http://id.example.org/keys",
       "issuers:4: jwks-url: \"http://id.example.org/keys\" is not an https URL"},
      {begin + "jwks-url = https://user@id.example.org/",
       "issuers:4: jwks-url: \"https://user@id.example.org/\" is not an https URL"},
      {begin + "jwks-url = https://", "issuers:4: jwks-url: \"https://\" is not an https URL"},
      {"[https://a.example]\naudience = https://a.example, https://b.example",
       "issuers:2: audience: \"https://a.example,\" has a comma at its end; audiences have spaces between them"},
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
  };
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

// Two values of every setting: a new setting needs a row here.
BOOST_AUTO_TEST_CASE(a_config_that_differs_in_any_one_setting_is_another) {
  const TemporaryFile first("0123456789abcdef0123456789abcdef"), second("0123456789abcdef0123456789abcdeg");
  const TemporaryFile first_again("0123456789abcdef0123456789abcdef\n");
  const std::map<std::string, std::pair<std::string, std::string>, std::less<>> samples = {
      {"audience", {"a b", "a"}},
      {"keys", {"discovery", "none"}},
      {"jwks-url", {"https://a.example/", "https://b.example/"}},
      {"jwks-file", {"/a", "/b"}},
      {"shared-secret-file", {first.name(), second.name()}},
      {"ca", {"/a", "/b"}},
      {"algorithms", {"ES256", "ES384"}},
      {"headers", {"authorization", "authorization token"}},
      {"type", {"at+jwt", "jwt"}},
      {"leeway", {"1", "2"}},
      {"user-claim", {"sub", "uid"}},
      {"uuid-users", {"on", "off"}},
      {"scope-claim", {"scope", "scp"}},
      {"scope-map", {"a=secrets:read", "a=secrets:write"}},
      {"default-scopes", {"secrets:read", "secrets:write"}},
      {"introspection", {"https://a.example/", "https://b.example/"}},
      {"client-tokens", {"on", "off"}},
      {"client-id", {"a", "b"}},
      {"client-secret-file", {first.name(), second.name()}},
      {"introspection-cache", {"1", "2"}},
      {"introspection-negative-cache", {"1", "2"}},
      {"refresh-least", {"1", "2"}},
      {"refresh-most", {"1", "2"}},
      {"keep-keys", {"1", "2"}},
      {"fetch-timeout", {"1", "2"}},
  };
  for (const auto& setting : issuer_settings()) {
    BOOST_TEST_CONTEXT(setting.name) {
      const auto sample = samples.find(std::string_view(setting.name));
      BOOST_REQUIRE(sample != samples.end());
      const auto with = [&setting](const std::string& value) {
        IssuerConfig config;
        BOOST_TEST(setting.set(config, value) == "");
        return config;
      };
      BOOST_TEST((with(sample->second.first) == with(sample->second.first)));
      BOOST_TEST((with(sample->second.first) != with(sample->second.second)));
      BOOST_TEST((with(sample->second.second) != with(sample->second.first)));
    }
  }
  const std::string section = "[me]\naudience = x\nshared-secret-file = ";
  BOOST_TEST((good(section + first.name()) == good(section + first_again.name())));
  BOOST_TEST((good(section + first.name()) != good("[me]\naudience = x\njwks-file = /a\n")));
}

BOOST_AUTO_TEST_CASE(only_one_issuer_may_be_asked_about_opaque_tokens) {
  const TemporaryFile secret("client secret");
  const std::string introspection =
      "introspection = discovery\nclient-id = c\nclient-secret-file = " + secret.name() + "\n";
  good(minimal + introspection);
  BOOST_TEST(fault(minimal + introspection + "[https://b.example]\naudience = x\n" + introspection)
                 .find("more than one issuer") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_has_an_effect_is_no_fault) {
  const TemporaryFile secret("client secret");
  const std::string credentials = "client-id = c\nclient-secret-file = " + secret.name() + "\n";
  const std::string cached = "introspection-cache = 9\nintrospection-negative-cache = 9\nclient-tokens = on\n";
  good(minimal + "introspection = discovery\n" + credentials + cached + "user-claim = sub\n");
  good(minimal + "introspection = discovery\n" + credentials + cached + "keys = none\nrefresh-most = 60\nca = /y\n");
  good(minimal + "introspection = https://a.example/ask\n" + credentials + "jwks-file = /x\nfetch-timeout = 9\n");
  good(minimal + "default-scopes = secrets:read\ntype = JWT\n");
  good("[https://x.example/?a=b]\naudience = x\njwks-url = https://x.example/keys?a=b\n");
}

BOOST_AUTO_TEST_CASE(every_fault_is_told_in_the_order_of_the_file) {
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
      "issuers:3: \"colour\" is not an issuer setting",
      "issuers:4: leeway: \"x\" is not a number of seconds from 0 to 600",
      "issuers:5: client-tokens has no effect without introspection",
      "issuers:6: is not [issuer], with the tokens' iss between the brackets",
      "issuers:7: leeway: \"y\" is not a number of seconds from 0 to 600",
      "issuers:8: is neither [issuer] nor name = value",
      "issuers:9: the issuer is not an https URL, so its keys cannot be discovered: set jwks-url or jwks-file",
      "issuers:9: lacks audience: without one, tokens for other services would be accepted",
      "issuers:10: has an issuer that already has a section",
      "issuers:11: audience has no value",
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

BOOST_AUTO_TEST_CASE(another_kind_of_file_is_not_told_of_line_by_line) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "nonsense\n";
  const auto issuers = parse_issuers(text, "issuers");
  BOOST_TEST_REQUIRE(issuers.has_error());
  BOOST_TEST_REQUIRE(issuers.error().faults.size() == 101U);
  BOOST_TEST(issuers.error().faults.back() == "issuers:101: is the last line read: the file has too many faults");
}

BOOST_AUTO_TEST_CASE(sixty_four_issuers_are_the_most) {
  std::string text;
  for (int i = 0; i < 64; ++i) text += "[https://" + std::to_string(i) + ".example]\naudience = x\n";
  BOOST_TEST(good(text).size() == 64U);
  BOOST_TEST(fault(text + "[https://more.example]\naudience = x\n") == "issuers:129: exceeds the limit of 64 issuers");
}

BOOST_AUTO_TEST_CASE(the_files_of_keys_and_authorities_are_looked_at_where_they_are_named) {
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

  const auto missing = found(minimal + "ca = /nowhere.pem\n[urn:b]\njwks-file = /nowhere.jwks\n");
  BOOST_TEST_REQUIRE(missing.size() == 3U);
  BOOST_TEST(missing[0].starts_with(":3: "));
  BOOST_TEST(missing[0].find("/nowhere.pem: cannot be read: No such file or directory") != std::string::npos);
  BOOST_TEST(missing[1].starts_with(":4: lacks audience"));
  BOOST_TEST(missing[2] == ":5: the key file /nowhere.jwks: cannot be read: No such file or directory");
  BOOST_TEST(find_issuer_faults("/nowhere/issuers").front() ==
             "/nowhere/issuers: cannot be read: No such file or directory");
}

BOOST_AUTO_TEST_CASE(a_default_that_is_written_changes_nothing) {
  const TemporaryFile secret("client secret");
  const std::string base =
      minimal + "introspection = discovery\nclient-id = c\nclient-secret-file = " + secret.name() + "\n";
  for (const IssuerSetting& setting : issuer_settings()) {
    if (*setting.initial == '\0') continue;
    BOOST_TEST_CONTEXT(setting.name) {
      const auto written = good(base + setting.name + " = " + setting.initial + "\n");
      BOOST_TEST((written == good(base)));
      BOOST_TEST(written[0].uuid_users);
      BOOST_TEST(!written[0].client_tokens);
    }
  }
}

BOOST_AUTO_TEST_CASE(limits_are_those_that_the_help_names) {
  for (const IssuerSetting& setting : issuer_settings()) {
    if (std::string_view(setting.argument) != "SECONDS") continue;
    BOOST_TEST_CONTEXT(setting.name) {
      const std::string help(setting.help);
      const auto from = help.find("from ");
      BOOST_TEST_REQUIRE(from != std::string::npos);
      const auto to = help.find(" to ", from);
      BOOST_TEST_REQUIRE(to != std::string::npos);
      const long long least = std::stoll(help.substr(from + 5));
      const long long most = std::stoll(help.substr(to + 4));
      IssuerConfig config;
      BOOST_TEST(setting.set(config, std::to_string(least)) == "");
      BOOST_TEST(setting.set(config, std::to_string(most)) == "");
      BOOST_TEST(setting.set(config, std::to_string(least - 1)) != "");
      BOOST_TEST(setting.set(config, std::to_string(most + 1)) != "");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_sample_is_good) {
  const auto issuers = load_issuers(std::filesystem::path(TACIT_SOURCE_DIR) / "conf/issuers.sample");
  BOOST_REQUIRE_MESSAGE(issuers.has_value(), issuers.error().message);
  BOOST_TEST(issuers->size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
