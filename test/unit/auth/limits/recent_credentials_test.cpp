// The table of recently accepted credentials: lifetimes, eviction and several threads.
#include "auth/limits/recent_credentials.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>

using namespace tacit;
using namespace tacit::auth;
using namespace std::chrono_literals;

namespace {

constexpr RecentCredentials::Clock::time_point start{1000h};

crypto::Digest credential(std::uint64_t number) { return crypto::sha256(crypto::as_bytes(std::to_string(number))); }

}  // namespace

BOOST_AUTO_TEST_SUITE(recent_credentials)

BOOST_AUTO_TEST_CASE(a_good_credential_is_known_for_an_hour) {
  RecentCredentials recent(1024, start);
  BOOST_TEST(!recent.contains(credential(1), start));
  recent.remember(credential(1), start + 5min);
  BOOST_TEST(recent.contains(credential(1), start + 5min));
  BOOST_TEST(recent.contains(credential(1), start + 64min));
  BOOST_TEST(!recent.contains(credential(1), start + 65min));
  BOOST_TEST(!recent.contains(credential(2), start + 5min));
}

BOOST_AUTO_TEST_CASE(a_credential_that_is_good_again_stays_for_another_hour) {
  RecentCredentials recent(1024, start);
  recent.remember(credential(1), start);
  recent.remember(credential(1), start + 50min);
  BOOST_TEST(recent.contains(credential(1), start + 109min));
  BOOST_TEST(!recent.contains(credential(1), start + 110min));
}

BOOST_AUTO_TEST_CASE(a_refused_credential_is_forgotten) {
  RecentCredentials recent(8, start);
  for (std::uint64_t i = 0; i < 8; ++i) recent.remember(credential(i), start);
  recent.forget(credential(3));
  for (std::uint64_t i = 0; i < 8; ++i) BOOST_TEST(recent.contains(credential(i), start) == (i != 3));
}

BOOST_AUTO_TEST_CASE(every_compared_bit_of_a_digest_matters) {
  RecentCredentials recent(65'536, start);
  const crypto::Digest known = credential(1);
  recent.remember(known, start);
  int differ = 0;
  for (std::size_t bit = 0; bit < 256; ++bit) {
    crypto::Digest other = known;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ (1U << (bit % 8)));
    differ += recent.contains(other, start) ? 0 : 1;
  }
  BOOST_TEST(differ == 48 + 13);
}

BOOST_AUTO_TEST_CASE(the_oldest_of_a_set_is_evicted_first) {
  RecentCredentials recent(8, start);
  for (std::uint64_t i = 0; i < 8; ++i) recent.remember(credential(i), start + std::chrono::minutes(i));
  recent.remember(credential(0), start + 8min);  // credential 1 is now the oldest
  recent.remember(credential(8), start + 9min);
  for (std::uint64_t i = 0; i < 9; ++i) BOOST_TEST(recent.contains(credential(i), start + 9min) == (i != 1));
}

BOOST_AUTO_TEST_CASE(the_capacity_is_used_completely) {
  RecentCredentials recent(1024, start);
  for (std::uint64_t i = 0; i < 100'000; ++i) recent.remember(credential(i), start);
  std::size_t known = 0;
  for (std::uint64_t i = 0; i < 100'000; ++i) known += recent.contains(credential(i), start) ? 1U : 0U;
  BOOST_TEST(known == 1024U);
}

BOOST_AUTO_TEST_CASE(threads_remember_concurrently) {
  RecentCredentials recent(65'536, start);
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (std::uint64_t j = 0; j < 2'000; ++j) {
        recent.remember(credential(j), start + std::chrono::minutes(j % 7));
        recent.remember(credential(1'000'000 + j), start);
        if (i == 0) recent.forget(credential(1'000'000 + j));
        recent.contains(credential(j), start);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::size_t known = 0;
  for (std::uint64_t j = 0; j < 2'000; ++j) known += recent.contains(credential(j), start + 7min) ? 1U : 0U;
  BOOST_TEST(known > 1'990U);  // some are lost when two threads choose the same place
}

BOOST_AUTO_TEST_SUITE_END()
