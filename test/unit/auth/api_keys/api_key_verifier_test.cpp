// Verdicts on presented API keys.
#include "auth/api_keys/api_key_verifier.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

#include "auth/api_keys/api_key_format.hpp"
#include "store/model/timestamp.hpp"

using namespace tacit;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::system_clock::time_point now{1'790'000'000s};

struct KeyFixture {
  KeyFixture() {
    stored.id = key.id;
    stored.tenant = crypto::make_uuid_v4();
    stored.scopes = store::Scope::secrets_read | store::Scope::secrets_write;
    stored.secret_hash = key.secret_hash;
  }
  std::string_view secret() const { return auth::parse_api_key(key.text.text())->secret; }
  auth::Refusal refusal(const store::ApiKey* found, std::string_view presented) const {
    const auto judged = auth::judge_api_key(found, crypto::sha256(crypto::as_bytes(presented)), now);
    BOOST_TEST_REQUIRE(judged.has_error());
    return judged.error();
  }

  auth::GeneratedApiKey key = auth::generate_api_key();
  store::ApiKey stored;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(api_key_verifier)

BOOST_FIXTURE_TEST_CASE(a_good_key_names_its_principal, KeyFixture) {
  const auto judged = auth::judge_api_key(&stored, crypto::sha256(crypto::as_bytes(secret())), now);
  BOOST_TEST_REQUIRE(judged.has_value());
  BOOST_TEST((judged->tenant == stored.tenant));
  BOOST_TEST((judged->scopes == stored.scopes));
  BOOST_TEST(judged->actor == "api-key:" + key.id);
  BOOST_TEST(judged->api_key == key.id);
  BOOST_TEST(!judged->expires_at);
  stored.expires_at = store::to_microseconds(now + 1h);
  BOOST_TEST(
      (auth::judge_api_key(&stored, crypto::sha256(crypto::as_bytes(secret())), now)->expires_at == stored.expires_at));
}

BOOST_FIXTURE_TEST_CASE(an_unknown_key_is_refused, KeyFixture) {
  BOOST_TEST((refusal(nullptr, secret()) == auth::Refusal::unknown));
}

BOOST_FIXTURE_TEST_CASE(a_wrong_secret_is_refused_first, KeyFixture) {
  // A client that guesses an id must not learn that it was revoked.
  stored.revoked_at = store::to_microseconds(now - 1h);
  stored.expires_at = store::to_microseconds(now - 1h);
  std::string wrong(secret());
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  BOOST_TEST((refusal(&stored, wrong) == auth::Refusal::wrong_secret));
  BOOST_TEST((refusal(&stored, "") == auth::Refusal::wrong_secret));
}

BOOST_FIXTURE_TEST_CASE(a_key_expires_at_its_instant, KeyFixture) {
  stored.expires_at = store::to_microseconds(now) + 1;
  BOOST_TEST(auth::judge_api_key(&stored, crypto::sha256(crypto::as_bytes(secret())), now).has_value());
  stored.expires_at = store::to_microseconds(now);
  BOOST_TEST((refusal(&stored, secret()) == auth::Refusal::expired));
}

BOOST_FIXTURE_TEST_CASE(a_revoked_key_is_refused, KeyFixture) {
  stored.revoked_at = store::to_microseconds(now);
  BOOST_TEST((refusal(&stored, secret()) == auth::Refusal::revoked));
}

BOOST_AUTO_TEST_CASE(every_refusal_has_a_word) {
  BOOST_TEST(auth::to_string(auth::Refusal::malformed) == std::string("malformed"));
  BOOST_TEST(auth::to_string(auth::Refusal::wrong_secret) == std::string("wrong_secret"));
}

BOOST_AUTO_TEST_SUITE_END()
