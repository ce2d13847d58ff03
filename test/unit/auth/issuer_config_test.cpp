// The issuers file: what it may say, and that what is wrong is named with its line.
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include "auth/issuer_config.hpp"
#include "auth/issuer_settings.hpp"

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
  BOOST_TEST((issuer.scope_names.find("keys:manage")->second == Scope::keys_manage));
}

BOOST_AUTO_TEST_CASE(everything_can_be_said) {
  const TemporaryFile secret("client secret\n");
  const auto issuers = good(
      "# comment\n\n[https://a.example]  # the first\n  audience = one two\r\njwks-url = "
      "https://a.example:8443/keys\nca = /etc/ca.pem\n"
      "algorithms = ES256 EdDSA\nheaders = token authorization\ntype = application/AT+JWT\nleeway = 5\nuser-claim = "
      "uid\n"
      "scope-claim = scp\nscope-map = read=secrets:read all=secrets:read all=secrets:write a=b=keys:manage\n"
      "default-scopes = secrets:read keys:manage\nintrospection = https://a.example/introspect\n"
      "refresh-least = 5\nrefresh-most = 50\nkeep-keys = 500\nfetch-timeout = 2\nintrospection-cache = 9\n"
      "introspection-negative-cache = 3\nclient-id = tacit\nclient-secret-file = " +
      secret.name() + "\n[urn:other]\naudience = x\njwks-file = /etc/keys\n");
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
  BOOST_TEST((first.scope_names.find("a=b")->second == Scope::keys_manage));
  BOOST_TEST(first.scope_names.count("secrets:read") == 0U);
  BOOST_TEST((first.default_scopes == (Scope::secrets_read | Scope::keys_manage)));
  BOOST_TEST(first.client_secret->text() == "client secret");
  BOOST_TEST(first.introspection_cache.count() == 9);
  BOOST_TEST(first.negative_cache.count() == 3);
  BOOST_TEST(first.refresh_least.count() == 5);
  BOOST_TEST(first.refresh_most.count() == 50);
  BOOST_TEST(first.keep_stale.count() == 500);
  BOOST_TEST(first.fetch_timeout.count() == 2000);
  BOOST_TEST(issuers[1].issuer == "urn:other");
  BOOST_TEST((issuers[1].keys == IssuerConfig::Keys::file));
}

BOOST_AUTO_TEST_CASE(a_shared_secret_means_hs256_and_nothing_else) {
  const TemporaryFile secret("0123456789abcdef0123456789abcdef\n");
  const std::string section = "[me]\naudience = x\nshared-secret-file = " + secret.name() + "\n";
  const auto issuers = good(section);
  BOOST_TEST((issuers[0].algorithms == std::vector{SignatureAlgorithm::hs256}));
  BOOST_TEST(issuers[0].shared_secret->size() == 32U);
  BOOST_TEST(fault(section + "algorithms = HS256 RS256\n") ==
             "issuers:1: has a shared secret, which verifies HS256 alone");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_with_its_line) {
  const TemporaryFile brief("0123456789abcdef0123456789abcde\n");
  const TemporaryFile open("0123456789abcdef0123456789abcdef\n", std::filesystem::perms(0644));
  const TemporaryFile empty("\n");
  const std::string begin = minimal + "\n";  // the fault is in line 4
  const std::vector<std::pair<std::string, std::string>> table = {
      {begin + "colour = red", "issuers:4: \"colour\" is no setting of an issuer"},
      {begin + "audience = more", "issuers:4: audience is there twice"},
      {begin + "leeway =", "issuers:4: leeway has no value"},
      {begin + "leeway = 601", "issuers:4: leeway: \"601\" is no number of seconds from 0 to 600"},
      {begin + "leeway = -1", "issuers:4: leeway: \"-1\" is no number of seconds from 0 to 600"},
      {begin + "nonsense", "issuers:4: is neither [issuer] nor name = value"},
      {begin + "[https://id.example.org]", "issuers:4: has an issuer that has a section already"},
      {begin + "[two words]", "issuers:4: is not [issuer], with the tokens' iss between the brackets"},
      {begin + "[]", "issuers:4: is not [issuer], with the tokens' iss between the brackets"},
      {begin + "[open", "issuers:4: is not [issuer], with the tokens' iss between the brackets"},
      {begin + "keys = file", "issuers:4: keys: \"file\" is neither discovery nor none"},
      {begin + "jwks-url = http://id.example.org/keys",
       "issuers:4: jwks-url: \"http://id.example.org/keys\" is no https URL"},
      {begin + "jwks-url = https://user@id.example.org/",
       "issuers:4: jwks-url: \"https://user@id.example.org/\" is no https URL"},
      {begin + "jwks-url = https://", "issuers:4: jwks-url: \"https://\" is no https URL"},
      {begin + "algorithms = ES256 none",
       "issuers:4: algorithms: \"none\" is none of RS256, PS256, ES256, ES384, EdDSA, HS256"},
      {begin + "headers = cookie", "issuers:4: headers: \"cookie\" is neither authorization nor token"},
      {begin + "scope-map = read", "issuers:4: scope-map: \"read\" is not WORD=SCOPE"},
      {begin + "scope-map = read=admin",
       "issuers:4: scope-map: \"admin\" is none of secrets:read, secrets:write, keys:manage"},
      {begin + "default-scopes = all",
       "issuers:4: default-scopes: \"all\" is none of secrets:read, secrets:write, keys:manage"},
      {begin + "introspection = yes", "issuers:4: introspection: \"yes\" is neither discovery nor an https URL"},
      {begin + "client-secret-file = " + open.name(), "others"},
      {begin + "client-secret-file = " + empty.name(), "is empty"},
      {begin + "shared-secret-file = " + brief.name(), "holds less than 32 bytes, the least for HS256"},
      {begin + "shared-secret-file = /nowhere", "/nowhere"},
      {"leeway = 1\n", "issuers:1: comes before the first [issuer]"},
      {"", "issuers: lists no issuers"},
      {"# nothing\n", "issuers: lists no issuers"},
      {"\n[https://x.example]\n", "issuers:2: lacks audience: without one, tokens for other services would be taken"},
      {"[urn:x]\naudience = x\n",
       "issuers:1: is no https URL, so its keys cannot be discovered: give jwks-url or jwks-file"},
      {minimal + "keys = none\n",
       "issuers:1: has neither keys nor introspection, so none of its tokens could be checked"},
      {minimal + "jwks-file = /x\njwks-url = https://x.example/\n",
       "issuers:1: has more than one of keys, jwks-url, jwks-file and shared-secret-file"},
      {minimal + "algorithms = HS256\n",
       "issuers:1: allows HS256, which takes a shared secret: whoever can verify such a token can make one"},
      {minimal + "introspection = discovery\n",
       "issuers:1: has introspection, which needs client-id and client-secret-file"},
      {minimal + "client-id = me\n", "issuers:1: has credentials of a client but no introspection"},
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

// Of every setting two values: a new one needs a row here.
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

BOOST_AUTO_TEST_CASE(the_sample_is_good) {
  const auto issuers = load_issuers(std::filesystem::path(TACIT_SOURCE_DIR) / "conf/issuers.sample");
  BOOST_REQUIRE_MESSAGE(issuers.has_value(), issuers.error().message);
  BOOST_TEST(issuers->size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
