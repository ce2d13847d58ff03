// Reading JWK sets: forms of a key, thumbprints, texts that are no set.
#include "auth/tokens/jwk.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "auth/tokens/algorithm_names.hpp"
#include "test/unit/auth/tokens/jwk_fixture.hpp"
#include "test/unit/crypto/signatures/signing_fixture.hpp"

using tacit::auth::algorithm_name;
using tacit::auth::algorithm_of;
using tacit::auth::KeySet;
using tacit::auth::test::p256;
using tacit::auth::test::parsed;
using tacit::auth::test::set;
using tacit::crypto::SignatureAlgorithm;
using tacit::crypto::test::base64url;
using tacit::crypto::test::rsa_2048;
using tacit::crypto::test::SigningKey;

namespace {

constexpr std::string_view rfc7638_key =
    R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPeb)"
    R"(WKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnY)"
    R"(b9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-c)"
    R"(sFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})";
constexpr std::string_view rfc8037_key =
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";

std::string error_of(std::string_view jwks) {
  const auto parsed = KeySet::parse(jwks);
  return parsed ? "none" : parsed.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jwk)

BOOST_AUTO_TEST_CASE(published_keys_and_thumbprints) {
  const KeySet keys = parsed(set({rfc7638_key, rfc8037_key}));
  BOOST_REQUIRE(keys.keys().size() == 2u);
  // RFC 7638 section 3.1.
  const auto& rsa = *keys.keys()[0];
  BOOST_TEST(rsa.kid == "2011-04-29");
  BOOST_TEST((rsa.algorithm == SignatureAlgorithm::rs256));
  BOOST_TEST(base64url(rsa.thumbprint) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  BOOST_TEST(rsa.takes(SignatureAlgorithm::rs256));
  BOOST_TEST(!rsa.takes(SignatureAlgorithm::ps256));
  // RFC 8037 appendix A.3.
  const auto& ed25519 = *keys.keys()[1];
  BOOST_TEST(ed25519.kid == "");
  BOOST_TEST(!ed25519.algorithm.has_value());
  BOOST_TEST(base64url(ed25519.thumbprint) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  BOOST_TEST(ed25519.takes(SignatureAlgorithm::eddsa));
}

BOOST_AUTO_TEST_CASE(thumbprints_of_the_other_kinds) {
  // Hashes of the texts that RFC 7638 section 3.2 and RFC 8037 section 2 prescribe.
  const std::string x = base64url(p256().x()), y = base64url(p256().y());
  const auto wanted = tacit::crypto::sha256(
      tacit::crypto::as_bytes(R"({"crv":"P-256","kty":"EC","x":")" + x + R"(","y":")" + y + "\"}"));
  const KeySet keys = parsed(set({p256().jwk(R"("use":"sig","kid":"k",)")}));
  BOOST_TEST((keys.keys()[0]->thumbprint == wanted));
  const auto secret = KeySet::of_secret(tacit::crypto::as_bytes("0123456789abcdef0123456789abcdef"));
  BOOST_REQUIRE(secret.has_value());
  BOOST_TEST((secret->keys()[0]->thumbprint ==
              tacit::crypto::sha256(
                  tacit::crypto::as_bytes(R"({"k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY","kty":"oct"})"))));
}

BOOST_AUTO_TEST_CASE(invalid_sets_are_refused) {
  const std::string good = p256().jwk();
  for (const std::string& text : {std::string("{"), good + good, R"({"keys":[)" + good + "]}]",
                                  R"({"keys":)" + std::string(17, '[') + std::string(17, ']') + "}"}) {
    BOOST_TEST(error_of(text) == "it is not JSON (UTF-8, no more than 16 levels deep)", text);
  }
  const std::pair<std::string, std::string_view> others[] = {
      {"", "it is empty"},
      {" \n", "it is empty"},
      {"-----BEGIN PUBLIC KEY-----\n", "it is PEM, not a JWK set (JSON): give the issuer's JWK set"},
      {"\n-----BEGIN CERTIFICATE-----\n", "it is PEM, not a JWK set (JSON): give the issuer's JWK set"},
      {"ssh-ed25519 AAAA", "it is an SSH key, not a JWK set (JSON)"},
      {"<!DOCTYPE html>", "it is HTML or XML, not a JWK set (JSON)"},
      {std::string("\x30\x82\x01\0", 4), "it is DER, not a JWK set (JSON)"},
      {std::string("{\0\"\0", 4), "it is UTF-16 text; save it as UTF-8"},
      {"[" + good + "]", R"(it is a list, not an object: a JWK set is {"keys": [...]})"},
      {"null", R"(it is not an object: a JWK set is {"keys": [...]})"},
      {good, R"(it is one key, not a set: put it into {"keys": [...]})"},
      {R"({"issuer":"https://a","jwks_uri":"https://a/k"})",
       "it is the issuer's metadata: the JWK set is at its jwks_uri"},
      {R"({"abc":"-----BEGIN CERTIFICATE-----"})",
       "it has certificates or keys in PEM, not a JWK set: the issuer has that at another address"},
      {"{}", "it has no list `keys`"},
      {R"({"keys":null})", "it has no list `keys`"},
      {R"({"keys":{}})", "its `keys` is not a list"},
      {R"({"keys":[)" + good + R"(],"keys":[]})", "it has a duplicate member"},
      {set({R"({"kty":"EC","use":"enc"})"}),
       "none of its keys can verify signatures here: key 1: its use is \"enc\": it is not for signatures"},
      {set({"null", R"({"kid":"a"})", R"({"kty":"AKP"})", "[]", "1"}),
       "none of its keys can verify signatures here: key 1: it is null, not an object; key 2 (kid \"a\"): it has no "
       "kty; "
       "key 3: its kty \"AKP\" is not one of RSA, EC, OKP; and 2 more"}};
  for (const auto& [text, why] : others) BOOST_TEST(error_of(text) == why);
  BOOST_TEST(error_of(set({good}) + std::string(KeySet::most_bytes, ' ')) == "it is larger than 256 KiB");
}

// These forms mean the same key, and issuers publish all of them.
BOOST_AUTO_TEST_CASE(other_ways_to_write_the_same_key) {
  std::string padded = base64url(p256().x());
  padded += "=";
  std::string standard = padded;
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  const std::string y = base64url(p256().y());
  const auto long_number = [](const tacit::crypto::Bytes& number) {
    tacit::crypto::Bytes led{0};
    led.insert(led.end(), number.begin(), number.end());
    return base64url(led);
  };
  const KeySet plain = parsed(set({p256().jwk(), rsa_2048().jwk()}));
  for (const std::string& x : {padded, standard, long_number(p256().x())}) {
    const KeySet keys = parsed(set({R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + y + "\"}"}));
    BOOST_TEST((keys.keys()[0]->thumbprint == plain.keys()[0]->thumbprint), x);
  }
  const KeySet rsa = parsed(set({R"({"kty":"RSA","e":"AAEAAQ","n":")" + long_number(rsa_2048().n()) + "\"}"}));
  BOOST_TEST((rsa.keys()[0]->thumbprint == plain.keys()[1]->thumbprint));
  // A coordinate without its leading zero.
  SigningKey key = SigningKey::ec("P-256");
  while (key.x()[0] != 0) key = SigningKey::ec("P-256");
  tacit::crypto::Bytes x = key.x();
  x.erase(x.begin());
  const KeySet shorter =
      parsed(set({R"({"kty":"EC","crv":"P-256","x":")" + base64url(x) + R"(","y":")" + base64url(key.y()) + "\"}"}));
  BOOST_TEST((shorter.keys()[0]->thumbprint == parsed(set({key.jwk()})).keys()[0]->thumbprint));
}

BOOST_AUTO_TEST_CASE(a_set_may_begin_with_a_byte_order_mark) {
  BOOST_TEST(parsed("\xef\xbb\xbf" + set({p256().jwk()})).keys().size() == 1u);
}

BOOST_AUTO_TEST_CASE(algorithms_have_their_names) {
  for (const char* const name :
       {"ES256", "RS256", "PS256", "ES384", "RS384", "PS384", "ES512", "RS512", "PS512", "EdDSA", "HS256"}) {
    const auto algorithm = algorithm_of(name);
    BOOST_REQUIRE(algorithm.has_value());
    BOOST_TEST(algorithm_name(*algorithm) == name);
  }
  BOOST_TEST((algorithm_of("Ed25519") == SignatureAlgorithm::eddsa));
  for (const char* const name : {"", "none", "es256", "rs384", "HS384", "HS512", "Ed448", "ES256K", "ES256 "}) {
    BOOST_TEST(!algorithm_of(name), name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
