// The cache of introspection answers, and calls in progress.
#include "auth/issuers/introspection_cache.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tacit;
using namespace std::chrono_literals;

namespace {

using Answer = auth::IntrospectionAnswer;

struct Told final : tacit::store::Waiter<Answer> {
  void answer(Answer value) override {
    BOOST_TEST(!told.has_value());
    told = std::move(value);
  }
  std::optional<Answer> told;
};

struct CacheFixture {
  CacheFixture() {
    limits.positive = 30s;
    limits.negative = 5s;
  }
  static crypto::Digest digest(const std::string& token) { return crypto::sha256(crypto::as_bytes(token)); }
  static Answer grant(std::chrono::system_clock::time_point expires) {
    auth::TokenGrant good;
    good.principal.actor = "oauth:x";
    good.expires = expires;
    return good;
  }
  auth::IntrospectionCache::Now after(std::chrono::milliseconds time) const {
    return {now.steady + time, now.system + time};
  }
  /// Makes a call about the token and answers it.
  void know(auth::IntrospectionCache& cache, const std::string& token, const Answer& answer) const {
    const auto waiter = std::make_shared<Told>();
    BOOST_TEST_REQUIRE((cache.ask(digest(token), token, now, waiter) != nullptr));
    for (const auto& each : cache.settle(digest(token), answer, now)) each->answer(answer);
    BOOST_TEST(waiter->told.has_value());
  }

  auth::IntrospectionCache::Limits limits;
  const auth::IntrospectionCache::Now now{std::chrono::steady_clock::time_point(1000h),
                                          std::chrono::system_clock::time_point(1'790'000'000s)};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(introspection_cache)

BOOST_FIXTURE_TEST_CASE(callers_for_one_token_share_a_call, CacheFixture) {
  auth::IntrospectionCache cache(limits);
  const auto first = std::make_shared<Told>();
  const auto second = std::make_shared<Told>();
  const auto other = std::make_shared<Told>();
  const auto call = cache.ask(digest("a"), "a", now, first);
  BOOST_TEST_REQUIRE((call != nullptr));
  BOOST_TEST(call->token.text() == "a");
  BOOST_TEST((cache.ask(digest("a"), "a", now, second) == nullptr));
  BOOST_TEST((cache.ask(digest("b"), "b", now, other) != nullptr));
  BOOST_TEST(cache.settle(digest("a"), Answer(auth::Refusal::inactive), now).size() == 2U);
  BOOST_TEST(cache.under_way() == 1U);
  BOOST_TEST(cache.settle(digest("a"), Answer(auth::Refusal::inactive), now).empty());
}

BOOST_FIXTURE_TEST_CASE(a_grant_is_cached_for_a_limited_time, CacheFixture) {
  auth::IntrospectionCache cache(limits);
  know(cache, "a", grant(std::chrono::system_clock::time_point::max()));
  const auto known = cache.find(digest("a"), after(limits.positive - 1ms));
  BOOST_TEST_REQUIRE(known.has_value());
  BOOST_TEST((*known)->principal.actor == "oauth:x");
  BOOST_TEST(!cache.find(digest("b"), now).has_value());
  BOOST_TEST(!cache.find(digest("a"), after(limits.positive)).has_value());
  BOOST_TEST(cache.kept() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_grant_is_never_cached_past_exp, CacheFixture) {
  auth::IntrospectionCache cache(limits);
  know(cache, "a", grant(now.system + 10s));
  BOOST_TEST(cache.find(digest("a"), after(10s - 1ms)).has_value());
  BOOST_TEST(!cache.find(digest("a"), after(10s)).has_value());
  know(cache, "b", grant(now.system));
  BOOST_TEST(cache.kept() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_wall_clock_set_back_prolongs_no_grant, CacheFixture) {
  auth::IntrospectionCache cache(limits);
  know(cache, "a", grant(now.system + 10h));
  auto later = after(limits.positive);
  later.system = now.system - 1h;
  BOOST_TEST(!cache.find(digest("a"), later).has_value());
}

BOOST_FIXTURE_TEST_CASE(a_refusal_is_cached_for_a_shorter_time, CacheFixture) {
  auth::IntrospectionCache cache(limits);
  know(cache, "a", Answer(auth::Refusal::inactive));
  const auto known = cache.find(digest("a"), after(limits.negative - 1ms));
  BOOST_TEST_REQUIRE(known.has_value());
  BOOST_TEST((known->error() == auth::Refusal::inactive));
  BOOST_TEST(!cache.find(digest("a"), after(limits.negative)).has_value());
}

BOOST_FIXTURE_TEST_CASE(an_answer_without_a_verdict_is_not_cached, CacheFixture) {
  auth::IntrospectionCache cache(limits);
  know(cache, "a", Answer(auth::Refusal::issuer_unreachable));
  BOOST_TEST(cache.kept() == 0U);
}

BOOST_FIXTURE_TEST_CASE(the_oldest_answer_is_evicted_first, CacheFixture) {
  limits.answers = 3;
  auth::IntrospectionCache cache(limits);
  for (const char* token : {"a", "b", "c", "d"}) know(cache, token, grant(now.system + 10h));
  BOOST_TEST(cache.kept() == 3U);
  BOOST_TEST(!cache.find(digest("a"), now).has_value());
  for (const char* token : {"b", "c", "d"}) BOOST_TEST(cache.find(digest(token), now).has_value());
}

BOOST_FIXTURE_TEST_CASE(an_answer_is_replaced_by_a_newer_one, CacheFixture) {
  auth::IntrospectionCache cache(limits);
  know(cache, "a", grant(now.system + 10h));
  cache.settle(digest("a"), Answer(auth::Refusal::inactive), now);
  BOOST_TEST(cache.kept() == 1U);
  BOOST_TEST((cache.find(digest("a"), now)->error() == auth::Refusal::inactive));
}

BOOST_FIXTURE_TEST_CASE(calls_under_way_are_limited, CacheFixture) {
  limits.calls = 2;
  auth::IntrospectionCache cache(limits);
  const auto waiter = std::make_shared<Told>();
  for (const char* token : {"a", "b"}) BOOST_TEST((cache.ask(digest(token), token, now, waiter) != nullptr));
  const auto refused = std::make_shared<Told>();
  BOOST_TEST((cache.ask(digest("c"), "c", now, refused) == nullptr));
  BOOST_TEST_REQUIRE(refused->told.has_value());
  BOOST_TEST((refused->told->error() == auth::Refusal::issuer_unreachable));
  BOOST_TEST((cache.ask(digest("a"), "a", now, waiter) == nullptr));  // a caller can still join a call in progress
  cache.settle(digest("a"), Answer(auth::Refusal::inactive), now);
  BOOST_TEST((cache.ask(digest("c"), "c", now, waiter) != nullptr));
}

BOOST_FIXTURE_TEST_CASE(an_abandoned_call_fails_its_waiting_callers, CacheFixture) {
  auth::IntrospectionCache cache(limits);
  const auto waiter = std::make_shared<Told>();
  cache.ask(digest("a"), "a", now, waiter);
  cache.ask(digest("a"), "a", now, waiter);
  cache.ask(digest("b"), "b", now, waiter);
  BOOST_TEST(cache.abandon().size() == 3U);
  BOOST_TEST(cache.under_way() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
