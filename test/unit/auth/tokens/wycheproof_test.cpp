// Runs wycheproof_jws.txt. Its payloads are not claims, so only the signatures are parsed and verified.
#include <fstream>
#include <sstream>
#include <vector>

#include "crypto/text/base64.hpp"
#include "test/unit/auth/tokens/token_fixture.hpp"

namespace auth = tacit::auth;
using auth::KeySet;

namespace {

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::size_t start = 0;
  for (std::size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', start)) {
    fields.push_back(line.substr(start, tab - start));
    start = tab + 1;
  }
  fields.push_back(line.substr(start));
  return fields;
}

std::optional<KeySet> set_of(const std::string& jwks) {
  auto set = KeySet::parse(jwks);
  return set ? std::optional(*set) : std::nullopt;
}

std::optional<KeySet> set_of_secret(const std::string& k) {
  const auto secret = tacit::crypto::base64url_decode(k);
  return secret ? KeySet::of_secret(secret->view()) : std::nullopt;
}

bool is_accepted(const std::string& token, const std::optional<KeySet>& keys) {
  if (!keys) return false;
  auto jws = auth::decode_jws(token);
  if (!jws) return false;
  auth::UnverifiedToken unverified;
  unverified.algorithm = jws->algorithm;
  unverified.kid = jws->kid;
  unverified.signed_part = jws->signed_part;
  unverified.signature = std::move(jws->signature);
  auth::IssuerConfig any = auth::test::issuer_config();
  any.algorithms.push_back(auth::test::SignatureAlgorithm::hs256);
  return auth::verify_signature(unverified, any, *keys).has_value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wycheproof)

BOOST_AUTO_TEST_CASE(json_web_signatures) {
  std::ifstream file(TACIT_SOURCE_DIR "/test/unit/auth/tokens/wycheproof_jws.txt");
  BOOST_REQUIRE(file.is_open());
  std::optional<KeySet> keys;
  std::size_t good = 0, bad = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    const auto fields = fields_of(line);
    if (fields[0] == "keys") {
      keys = set_of(fields.at(1));
    } else if (fields[0] == "secret") {
      keys = set_of_secret(fields.at(1));
    } else {
      const bool wanted = fields[0] == "good";
      BOOST_TEST(is_accepted(fields.at(2), keys) == wanted, fields[1]);
      ++(wanted ? good : bad);
    }
  }
  BOOST_TEST(good == 43u);
  BOOST_TEST(bad == 369u);
}

BOOST_AUTO_TEST_SUITE_END()
