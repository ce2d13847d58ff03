// Key sets in use: candidates for a token, successors, prepared keys.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "test/unit/auth/tokens/jwk_fixture.hpp"
#include "test/unit/crypto/signatures/signing_fixture.hpp"

using tacit::auth::KeySet;
using tacit::auth::test::p256;
using tacit::auth::test::parsed;
using tacit::auth::test::set;
using tacit::crypto::SignatureAlgorithm;
using tacit::crypto::test::rsa_2048;
using tacit::crypto::test::SigningKey;

BOOST_AUTO_TEST_SUITE(key_set)

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

BOOST_AUTO_TEST_SUITE_END()
