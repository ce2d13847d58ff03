// Keys of a set that are not used, and how they are named.
#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test/unit/auth/tokens/jwk_fixture.hpp"
#include "test/unit/crypto/signatures/signing_fixture.hpp"

using tacit::auth::KeySet;
using tacit::auth::test::p256;
using tacit::auth::test::parsed;
using tacit::auth::test::set;
using tacit::crypto::test::base64url;
using tacit::crypto::test::rsa_2048;
using tacit::crypto::test::SigningKey;

namespace {

constexpr std::string_view rfc8037_key =
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";

// The number of usable keys, in a set with one more that is usable.
std::size_t usable(std::initializer_list<std::string> keys) {
  std::string text = p256().jwk(R"("kid":"good",)");
  for (const std::string& key : keys) text += "," + key;
  const auto parsed = KeySet::parse(R"({"keys":[)" + text + "]}");
  BOOST_REQUIRE(parsed.has_value());
  return parsed->keys().size() - 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(skipped_keys)

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

BOOST_AUTO_TEST_SUITE_END()
