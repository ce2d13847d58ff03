// Key sets: usable and skipped keys, thumbprints, candidates and successors.
#include "auth/tokens/jwk.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "auth/tokens/algorithm_names.hpp"
#include "test/unit/crypto/signing_fixture.hpp"

using tacit::auth::algorithm_name;
using tacit::auth::algorithm_of;
using tacit::auth::KeySet;
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

std::string set(std::initializer_list<std::string_view> keys) {
  std::string text;
  for (const std::string_view key : keys) text.append(text.empty() ? "" : ",").append(key);
  return R"({"keys":[)" + text + "]}";
}

std::string error_of(std::string_view jwks) {
  const auto parsed = KeySet::parse(jwks);
  return parsed ? "none" : parsed.error();
}

const SigningKey& p256() {
  static const SigningKey key = SigningKey::ec("P-256");
  return key;
}

// The number of usable keys, in a set with one more that is usable.
std::size_t usable(std::initializer_list<std::string> keys) {
  std::string text = p256().jwk(R"("kid":"good",)");
  for (const std::string& key : keys) text += "," + key;
  const auto parsed = KeySet::parse(R"({"keys":[)" + text + "]}");
  BOOST_REQUIRE(parsed.has_value());
  return parsed->keys().size() - 1;
}

KeySet parsed(const std::string& text) {
  auto result = KeySet::parse(text);
  BOOST_REQUIRE(result.has_value());
  return *result;
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

BOOST_AUTO_TEST_CASE(keys_for_other_purposes_are_skipped) {
  BOOST_TEST(usable({p256().jwk(R"("kid":"1","use":"sig",)"), p256().jwk(R"("kid":"2","key_ops":["verify"],)"),
                     p256().jwk(R"("kid":"3","key_ops":["sign","verify"],"x5c":["AAAA"],"unknown":{"a":1},)")}) == 3u);
  for (const char* const more :
       {R"("use":"enc",)", R"("use":"SIG",)", R"("use":7,)", R"("key_ops":["encrypt"],)", R"("key_ops":[],)",
        R"("key_ops":"sign",)", R"("key_ops":7,)", R"("use":"enc","key_ops":["verify"],)", R"("alg":"ES384",)",
        R"("alg":"RS256",)", R"("alg":"HS256",)", R"("alg":"none",)", R"("alg":"es256",)", R"("alg":"ECDH-ES",)",
        R"("alg":256,)", R"("kid":1,)", R"("kid":["a"],)", R"("x":"AAAA","x":"AAAA",)"}) {
    BOOST_TEST(usable({p256().jwk(more)}) == 0u, more);
  }
  // A null member counts as absent.
  for (const char* const more : {R"("use":null,)", R"("key_ops":null,)", R"("key_ops":"verify",)", R"("alg":null,)",
                                 R"("kid":null,)", R"("d":null,"k":null,)", R"("x5c":null,)"}) {
    BOOST_TEST(usable({p256().jwk(more)}) == 1u, more);
  }
  BOOST_TEST(usable({p256().jwk(R"("kid":")" + std::string(256, 'k') + "\",")}) == 1u);
  BOOST_TEST(usable({p256().jwk(R"("kid":")" + std::string(257, 'k') + "\",")}) == 0u);
}

BOOST_AUTO_TEST_CASE(unknown_and_unsound_keys_are_skipped) {
  const std::string x = base64url(p256().x()), y = base64url(p256().y());
  const std::string n = base64url(rsa_2048().n());
  const SigningKey p384 = SigningKey::ec("P-384");
  BOOST_TEST(usable({p384.jwk(), SigningKey::ec("P-521").jwk(), rsa_2048().jwk(), std::string(rfc8037_key)}) == 4u);
  const std::vector<std::string> unusable = {
      "null",
      "7",
      "[]",
      R"("AAAA")",
      SigningKey::edwards("ED448").jwk(),
      SigningKey::rsa(1024).jwk(),
      R"({})",
      R"({"kty":"EC"})",
      R"({"kty":"RSA","n":"AQAB"})",
      R"({"kty":7})",
      R"({"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"})",
      R"({"kty":"ec","crv":"P-256","x":")" + x + R"(","y":")" + y + "\"}",
      R"({"kty":"EC","crv":"P-384","x":")" + x + R"(","y":")" + y + "\"}",
      R"({"kty":"EC","crv":"secp256k1","x":")" + x + R"(","y":")" + y + "\"}",
      R"({"kty":"EC","crv":"P-256","x":")" + y + R"(","y":")" + x + "\"}",
      R"({"kty":"EC","crv":"P-256","x":")" + x + R"(==","y":")" + y + "\"}",
      R"({"kty":"EC","crv":"P-256","x":" )" + x + R"(","y":")" + y + "\"}",
      R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":7})",
      R"({"kty":"EC","crv":"P-256","x":")" + x + "\"}",
      R"({"kty":"RSA","e":"AQ","n":")" + n + "\"}",
      R"({"kty":"RSA","e":65537,"n":")" + n + "\"}",
      R"({"kty":"OKP","crv":"X25519","x":")" + x + "\"}",
      R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})",
      R"({"kty":"OKP","x":")" + x + "\"}",
      R"({"kty":"OKP","crv":"Ed25519","x":"A)" + std::string(42, 'A') + "\"}",
      R"({"kty":"OKP","crv":"Ed25519","x":"AQ)" + std::string(41, 'A') + "\"}",
      R"({"kty":"OKP","crv":"Ed25519","x":"7f)" + std::string(39, '_') + "38\"}"};
  for (const std::string& key : unusable) {
    BOOST_TEST(usable({key}) == 0u, key);
  }
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

BOOST_AUTO_TEST_CASE(one_bad_key_is_named_and_the_others_stay) {
  const std::string good = p256().jwk(R"("kid":"good",)");
  const std::string x = base64url(p256().x());
  const std::pair<std::string, std::string_view> bad[] = {
      {"null", "key 2: it is null, not an object"},
      {R"("AAAA")", "key 2: it is a string, not an object"},
      {"[1]", "key 2: it is a list, not an object"},
      {"{}", "key 2: it has no kty"},
      {R"({"kid":"z","kty":null})", "key 2 (kid \"z\"): it has no kty"},
      {R"({"kid":"z","kty":"EC","kty":"EC"})", "key 2 (kid \"z\"): it has a duplicate member"},
      {R"({"kty":"AKP","alg":"ML-DSA-65","pub":"AAAA"})", "key 2: its alg \"ML-DSA-65\" is not supported"},
      {R"({"kty":"EC","crv":"P-256","x":"AAAA"})", "key 2: it has no y"},
      {R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + x + "\"}",
       "key 2: its x and y are not a point on P-256"},
      {R"({"kty":"EC","crv":"secp256k1"})", "key 2: its crv \"secp256k1\" is not one of P-256, P-384, P-521"},
      {R"({"kty":"OKP","crv":"X25519"})", "key 2: its crv \"X25519\" is not Ed25519"},
      {R"({"kty":"RSA","n":"+*","e":"AQAB"})", "key 2: its n is not base64url"},
      {R"({"kty":"RSA","n":7,"e":"AQAB"})", "key 2: its n is not a string"},
      {SigningKey::rsa(1024).jwk(), "key 2: its n has 1024 bits; RSA keys need 2048 to 8192"},
      {rsa_2048().jwk(R"("kid":"left-out-1","alg":"RS1",)"),
       "key 2 (kid \"left-out-1\"): its alg \"RS1\" is not supported"},
      {rsa_2048().jwk(R"("alg":"ES256",)"), "key 2: its alg ES256 does not fit its kty and crv"},
      {rsa_2048().jwk(R"("kid":7,)"), "key 2: its kid is not a string"},
      {rsa_2048().jwk(R"("use":"enc",)"), "key 2: its use is \"enc\": it is not for signatures"},
      {rsa_2048().jwk(R"("key_ops":["wrapKey"],)"),
       "key 2: its key_ops lack \"verify\": it is not for verifying signatures"},
      {rsa_2048().jwk(R"("d":"AAAA",)"), "key 2: it has the private member d, so it is compromised; replace it"},
      {R"({"kty":"oct","alg":"HS256"})", "key 2: its kty is oct: a secret key does not belong in a published set"},
      {good, "key 2 (kid \"good\"): it repeats an earlier key"}};
  for (const auto& [key, why] : bad) {
    const KeySet keys = parsed(set({good, key, rsa_2048().jwk(R"("kid":"last",)")}));
    BOOST_TEST(keys.keys().size() == 2u, key);
    BOOST_TEST(keys.has("last"));
    BOOST_TEST_REQUIRE(keys.skipped().count == 1u);
    BOOST_TEST(keys.skipped().named.front().text() == why);
  }
}

BOOST_AUTO_TEST_CASE(the_description_of_a_skipped_key_is_short_and_plain) {
  const std::string kid = "\\u001b[31m\\n\xc3\xa9 \\\"" + std::string(200, 'k');
  const KeySet keys = parsed(set({p256().jwk(), R"({"kty":"X","kid":")" + kid + "\"}"}));
  BOOST_TEST(keys.skipped().named.front().kid == "\"?[31m?????" + std::string(54, 'k') + "...\"");
}

BOOST_AUTO_TEST_CASE(many_skipped_keys_are_counted) {
  std::string text = p256().jwk();
  for (int i = 0; i < 10'000; ++i) text += ",{}";
  const KeySet keys = parsed(R"({"keys":[)" + text + "]}");
  BOOST_TEST(keys.keys().size() == 1u);
  BOOST_TEST(keys.skipped().count == 10'000u);
  const auto texts = keys.skipped().texts();
  BOOST_TEST_REQUIRE(texts.size() == 17u);
  BOOST_TEST(texts.back() == "9984 more keys");
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

BOOST_AUTO_TEST_CASE(a_published_secret_is_skipped_and_the_other_keys_stay) {
  const std::string good = p256().jwk(R"("kid":"good",)");
  for (const char* const member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
    for (const char* const content : {R"(":"AAAA",)", R"(":7,"use":"enc",)"}) {
      const std::string leaked = p256().jwk("\"kid\":\"leaked\",\"" + std::string(member) + content);
      const KeySet both = parsed(set({leaked, good}));
      BOOST_REQUIRE(both.keys().size() == 1U);
      BOOST_TEST(both.has("good"));
      BOOST_TEST(parsed(set({leaked})).keys().empty(), member);
    }
  }
  BOOST_TEST(parsed(set({R"({"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"})"})).keys().empty());
}

BOOST_AUTO_TEST_CASE(an_empty_list_withdraws_every_key) {
  const KeySet before = parsed(set({p256().jwk()}));
  const KeySet after = parsed(R"({"keys":[]})").succeed(before);
  BOOST_TEST(after.keys().empty());
  BOOST_TEST(before.keys()[0]->dropped->load());
}

BOOST_AUTO_TEST_CASE(a_key_that_is_listed_twice_counts_once_and_is_dropped_like_any_other) {
  const std::string key = p256().jwk(R"("kid":"a",)");
  const KeySet first = parsed(set({key, key}));
  BOOST_REQUIRE(first.keys().size() == 1U);
  const KeySet second = parsed(set({key, key})).succeed(first);
  BOOST_TEST((second.keys()[0] == first.keys()[0]));
  parsed(set({rsa_2048().jwk()})).succeed(second);
  BOOST_TEST(first.keys()[0]->dropped->load());
}

BOOST_AUTO_TEST_CASE(the_number_of_keys_is_limited) {
  std::string text;
  for (std::size_t i = 1; i <= KeySet::most_keys; ++i) {
    text += (i > 1 ? "," : "") + p256().jwk("\"kid\":\"" + std::to_string(i) + "\",");
  }
  const KeySet keys = parsed(R"({"keys":[)" + text + "]}");
  BOOST_TEST(keys.keys().size() == 64u);
  BOOST_TEST(keys.candidates("", SignatureAlgorithm::es256).size() == KeySet::most_candidates);
  BOOST_TEST(keys.candidates("64", SignatureAlgorithm::es256).size() == 1u);
  const KeySet more = parsed(R"({"keys":[{},)" + text + "," + p256().jwk(R"("kid":"65",)") + "]}");
  BOOST_TEST(more.keys().size() == 64u);
  BOOST_TEST(more.skipped().named.back().text() == "key 66 (kid \"65\"): there are 64 usable keys before it");
}

BOOST_AUTO_TEST_CASE(candidates_have_the_kid_and_take_the_algorithm) {
  const SigningKey p384 = SigningKey::ec("P-384");
  const KeySet keys = parsed(set({p256().jwk(R"("kid":"a",)"), p384.jwk(R"("kid":"a",)"), p256().jwk(R"("kid":"b",)"),
                                  p256().jwk(), rsa_2048().jwk(R"("kid":"r","alg":"PS256",)")}));
  const auto count = [&keys](std::string_view kid, SignatureAlgorithm algorithm) {
    return keys.candidates(kid, algorithm).size();
  };
  BOOST_TEST(count("a", SignatureAlgorithm::es256) == 1u);
  BOOST_TEST(count("a", SignatureAlgorithm::es384) == 1u);
  BOOST_TEST(count("b", SignatureAlgorithm::es384) == 0u);
  BOOST_TEST(count("", SignatureAlgorithm::es256) == 3u);
  BOOST_TEST(count("c", SignatureAlgorithm::es256) == 0u);
  BOOST_TEST(count("r", SignatureAlgorithm::ps256) == 1u);
  BOOST_TEST(count("r", SignatureAlgorithm::rs256) == 0u);
  BOOST_TEST(count("", SignatureAlgorithm::rs256) == 0u);
  BOOST_TEST(count("", SignatureAlgorithm::hs256) == 0u);
  BOOST_TEST(keys.has("a"));
  BOOST_TEST(!keys.has("c"));
  BOOST_TEST(!keys.has("A"));
}

BOOST_AUTO_TEST_CASE(a_shared_secret_is_a_candidate_for_any_kid) {
  const auto keys = KeySet::of_secret(tacit::crypto::as_bytes("0123456789abcdef0123456789abcdef"));
  BOOST_REQUIRE(keys.has_value());
  BOOST_TEST(keys->candidates("", SignatureAlgorithm::hs256).size() == 1u);
  BOOST_TEST(keys->candidates("any", SignatureAlgorithm::hs256).size() == 1u);
  BOOST_TEST(keys->candidates("", SignatureAlgorithm::rs256).empty());
  BOOST_TEST(!KeySet::of_secret(tacit::crypto::as_bytes("0123456789abcdef0123456789abcde")));
}

BOOST_AUTO_TEST_CASE(a_successor_keeps_common_keys_and_drops_removed_ones) {
  const SigningKey second = SigningKey::ec("P-256");
  const KeySet before = parsed(set({p256().jwk(R"("kid":"stays",)"), second.jwk(R"("kid":"goes",)"),
                                    p256().jwk(R"("kid":"changes",)"), p256().jwk(R"("kid":"narrows",)")}));
  const KeySet fetched =
      parsed(set({second.jwk(R"("kid":"comes",)"), p256().jwk(R"("kid":"stays",)"), second.jwk(R"("kid":"changes",)"),
                  p256().jwk(R"("kid":"narrows","alg":"ES256",)")}));
  const KeySet after = fetched.succeed(before);
  BOOST_REQUIRE(after.keys().size() == 4u);
  BOOST_TEST((after.keys()[1] == before.keys()[0]));
  BOOST_TEST((after.keys()[2] == fetched.keys()[2]));
  const bool dropped[] = {false, true, true, true};
  for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(before.keys()[i]->dropped->load() == dropped[i]);
  for (const auto& key : after.keys()) BOOST_TEST(!key->dropped->load());
  const KeySet first = after.succeed(KeySet());
  BOOST_TEST((first.keys() == after.keys()));
}

BOOST_AUTO_TEST_CASE(a_limited_number_of_keys_is_prepared_and_stays_prepared) {
  std::vector<std::string> jwks;
  for (std::size_t i = 0; i < 2 * KeySet::most_prepared; ++i) jwks.push_back(SigningKey::ec("P-256").jwk());
  const auto set_of = [&jwks] {
    std::string text = rsa_2048().jwk();
    for (const std::string& key : jwks) text += "," + key;
    return parsed(R"({"keys":[)" + text + "]}");
  };
  const KeySet before = set_of();
  const auto first = before.to_prepare();
  BOOST_TEST_REQUIRE(first.size() == KeySet::most_prepared);
  for (std::size_t i = 0; i < first.size(); ++i) BOOST_TEST((first[i] == before.keys()[i + 1]));
  first[0]->key.prepare();
  BOOST_TEST(before.to_prepare().size() == KeySet::most_prepared - 1);
  for (const auto& key : first) key->key.prepare();
  BOOST_TEST(before.to_prepare().empty());
  // Prepared keys count at any position of the next set.
  std::rotate(jwks.begin(), jwks.begin() + KeySet::most_prepared, jwks.end());
  const KeySet after = set_of().succeed(before);
  BOOST_TEST(after.to_prepare().empty());
  BOOST_TEST(std::ranges::count_if(after.keys(), [](const auto& key) { return key->key.is_prepared(); }) ==
             static_cast<std::ptrdiff_t>(KeySet::most_prepared));
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
