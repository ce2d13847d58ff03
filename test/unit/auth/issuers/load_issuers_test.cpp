// The issuers' file: valid contents and defaults. issuer_faults_test.cpp has its faults.
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <map>
#include <utility>

#include "auth/issuers/issuer_settings.hpp"
#include "auth/issuers/load_issuers.hpp"
#include "auth/model/issuer_config.hpp"
#include "test/unit/auth/issuers/issuers_file_fixture.hpp"

using namespace tacit::auth;
using namespace tacit::auth::test;
using tacit::crypto::SignatureAlgorithm;
using tacit::store::Scope;

namespace {

using Samples = std::map<std::string, std::pair<std::string, std::string>, std::less<>>;

// Two values of every setting: a new setting needs a row here.
Samples samples_of_settings(const std::string& first_secret, const std::string& second_secret) {
  return {
      {"audience", {"a b", "a"}},
      {"tool-audience", {"c d", "c"}},
      {"keys", {"discovery", "none"}},
      {"jwks-url", {"https://a.example/", "https://b.example/"}},
      {"jwks-file", {"/a", "/b"}},
      {"shared-secret-file", {first_secret, second_secret}},
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
      {"client-secret-file", {first_secret, second_secret}},
      {"introspection-cache", {"1", "2"}},
      {"introspection-negative-cache", {"1", "2"}},
      {"refresh-least", {"1", "2"}},
      {"refresh-most", {"1", "2"}},
      {"keep-keys", {"1", "2"}},
      {"fetch-timeout", {"1", "2"}},
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(load_issuers)

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

BOOST_AUTO_TEST_CASE(every_setting_can_be_given) {
  const TemporaryFile secret("client secret\n");
  const auto issuers = good(
      "# comment\n\n[https://a.example]  # the first\n  audience = one two\r\ntool-audience = three four\nuuid-users = "
      "off\njwks-url = "
      "https://a.example:8443/keys\nca = /etc/ca.pem\n"
      "algorithms = ES256 EdDSA\nheaders = token authorization\ntype = application/AT+JWT\nleeway = 5\nuser-claim = "
      "uid\n"
      "scope-claim = scp\nscope-map = read=secrets:read all=secrets:read all=secrets:write a=b=keys:manage\n"
      "introspection = https://a.example/introspect\n"
      "refresh-least = 5s\nrefresh-most = 50\nkeep-keys = 2h\nfetch-timeout = 2\nintrospection-cache = 9\n"
      "introspection-negative-cache = 3\nclient-id = tacit\nclient-secret-file = " +
      secret.name() +
      "\n[urn:other]\naudience = x\nuuid-users = on\njwks-file = /etc/keys\ndefault-scopes = secrets:read "
      "keys:manage\n");
  BOOST_REQUIRE(issuers.size() == 2U);
  const IssuerConfig& first = issuers[0];
  BOOST_TEST((first.keys == IssuerConfig::Keys::url));
  BOOST_TEST(first.jwks_url == "https://a.example:8443/keys");
  BOOST_TEST(first.audiences.size() == 2U);
  BOOST_TEST((first.tool_audiences == std::vector<std::string>{"three", "four"}));
  BOOST_TEST(!first.uuid_users);
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

BOOST_AUTO_TEST_CASE(a_config_that_differs_in_any_one_setting_is_another) {
  const TemporaryFile first("0123456789abcdef0123456789abcdef"), second("0123456789abcdef0123456789abcdeg");
  const TemporaryFile first_again("0123456789abcdef0123456789abcdef\n");
  const Samples samples = samples_of_settings(first.name(), second.name());
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

BOOST_AUTO_TEST_CASE(settings_with_an_effect_are_no_fault) {
  const TemporaryFile secret("client secret");
  const std::string credentials = "client-id = c\nclient-secret-file = " + secret.name() + "\n";
  const std::string cached = "introspection-cache = 9\nintrospection-negative-cache = 9\nclient-tokens = on\n";
  good(minimal + "introspection = discovery\n" + credentials + cached + "user-claim = sub\n");
  good(minimal + "introspection = discovery\n" + credentials + cached + "keys = none\nrefresh-most = 60\nca = /y\n");
  good(minimal + "introspection = https://a.example/ask\n" + credentials + "jwks-file = /x\nfetch-timeout = 9\n");
  good(minimal + "default-scopes = secrets:read\ntype = JWT\n");
  good("[https://x.example/?a=b]\naudience = x\njwks-url = https://x.example/keys?a=b\n");
}

BOOST_AUTO_TEST_CASE(sixty_four_issuers_are_the_most) {
  std::string text;
  for (int i = 0; i < 64; ++i) text += "[https://" + std::to_string(i) + ".example]\naudience = x\nuuid-users = off\n";
  BOOST_TEST(good(text).size() == 64U);
  BOOST_TEST(fault(text + "[https://more.example]\naudience = x\nuuid-users = off\n") ==
             "issuers:193: exceeds the limit of 64 issuers");
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
  const auto issuers = tacit::auth::load_issuers(std::filesystem::path(TACIT_SOURCE_DIR) / "conf/issuers.sample");
  BOOST_REQUIRE_MESSAGE(issuers.has_value(), issuers.error().message);
  BOOST_TEST(issuers->size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
