// The cache of verified tokens: its contents and lifetimes.
#include <boost/test/unit_test.hpp>

#include <array>

#include "auth/tokens/token_cache.hpp"
#include "crypto/primitives/digest.hpp"
#include "crypto/signatures/signature.hpp"

using namespace tacit::auth;
using namespace std::chrono_literals;
namespace crypto = tacit::crypto;

namespace {

using Time = TokenCache::Clock::time_point;
const Time start = Time() + std::chrono::hours(24 * 365 * 50);

crypto::Digest hash_of(const std::string& text) { return crypto::sha256(crypto::as_bytes(text)); }

KeySet::Key make_key() {
  const std::array<std::uint8_t, 32> secret{};
  auto verifier = crypto::SignatureKey::hmac(secret);
  return std::make_shared<const VerificationKey>("kid", std::nullopt, crypto::Digest{}, std::move(*verifier));
}

const KeySet::Key key = make_key();

VerifiedToken token(const std::string& actor, Time expires) {
  VerifiedToken result;
  result.grant.principal.actor = actor;
  result.grant.expires = expires;
  result.dropped = key->dropped;
  return result;
}

std::string actor_of(const VerifiedToken* found) { return found != nullptr ? found->grant.principal.actor : "none"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(token_cache)

BOOST_AUTO_TEST_CASE(a_token_is_found_by_its_hash_alone) {
  TokenCache cache(8, 60s);
  cache.keep(hash_of("a"), token("user a", start + 1h), start);
  BOOST_TEST(actor_of(cache.find(hash_of("a"), start)) == "user a");
  BOOST_TEST(cache.find(hash_of("b"), start) == nullptr);
  BOOST_TEST(cache.find(crypto::Digest{}, start) == nullptr);  // the digest of an empty slot
}

BOOST_AUTO_TEST_CASE(a_token_is_forgotten_at_its_end_and_after_the_longest_time) {
  TokenCache cache(8, 60s);
  cache.keep(hash_of("brief"), token("x", start + 10s), start);
  cache.keep(hash_of("long"), token("x", start + 1h), start);
  BOOST_TEST(cache.find(hash_of("brief"), start + 9999ms) != nullptr);
  BOOST_TEST(cache.find(hash_of("brief"), start + 10s) == nullptr);
  BOOST_TEST(cache.find(hash_of("long"), start + 59999ms) != nullptr);
  BOOST_TEST(cache.find(hash_of("long"), start + 60s) == nullptr);
  // A token found expired stays removed when the clock is set back.
  BOOST_TEST(cache.find(hash_of("long"), start) == nullptr);
}

BOOST_AUTO_TEST_CASE(an_expired_token_is_not_kept) {
  TokenCache cache(8, 60s);
  cache.keep(hash_of("a"), token("x", start), start);
  BOOST_TEST(cache.find(hash_of("a"), start - 1s) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_dropped_key_voids_its_tokens) {
  TokenCache cache(8, 60s);
  VerifiedToken other = token("other", start + 1h);
  KeySet::Key key = make_key();
  const auto dropped = key->dropped;
  other.dropped = dropped;
  cache.keep(hash_of("a"), token("stays", start + 1h), start);
  cache.keep(hash_of("b"), std::move(other), start);
  BOOST_TEST(cache.find(hash_of("b"), start) != nullptr);
  // The cached token does not keep the key in memory.
  BOOST_TEST(key.use_count() == 1);
  key.reset();
  dropped->store(true);
  BOOST_TEST(cache.find(hash_of("b"), start) == nullptr);
  BOOST_TEST(cache.find(hash_of("a"), start) != nullptr);
}

BOOST_AUTO_TEST_CASE(the_size_is_bounded_and_the_first_to_expire_is_evicted) {
  TokenCache cache(4, 1h);  // one set
  for (int i = 0; i < 4; ++i) {
    cache.keep(hash_of(std::to_string(i)), token(std::to_string(i), start + (i == 2 ? 5min : 30min)), start);
  }
  cache.keep(hash_of("new"), token("new", start + 30min), start);
  BOOST_TEST(cache.find(hash_of("2"), start) == nullptr);
  for (const char* kept : {"0", "1", "3", "new"}) BOOST_TEST(actor_of(cache.find(hash_of(kept), start)) == kept);
}

BOOST_AUTO_TEST_CASE(without_room_nothing_is_kept) {
  TokenCache cache(0, 60s);
  cache.keep(hash_of("a"), token("x", start + 1h), start);
  BOOST_TEST(cache.find(hash_of("a"), start) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
