// The memory limit of buffers: what threads report, and the share of each kind of request.
#include "http/chain/buffer_budget.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <thread>
#include <vector>

using namespace tacit::http;

namespace {
constexpr std::size_t mebibyte = std::size_t{1} << 20;
}

BOOST_AUTO_TEST_SUITE(buffer_budget)

BOOST_AUTO_TEST_CASE(memory_of_connections_counts_until_its_release) {
  BufferBudget budget;
  budget.set_limit(mebibyte);
  BufferAccount account(budget);
  BOOST_TEST(!account.lacks(mebibyte, BufferShare::tools));
  BOOST_TEST(account.lacks(mebibyte + 1, BufferShare::tools));
  auto charge = std::make_unique<BufferCharge>(account);
  charge->set(mebibyte / 2);
  BOOST_TEST(!account.lacks(mebibyte / 2, BufferShare::tools));
  BOOST_TEST(account.lacks(mebibyte / 2 + 1, BufferShare::tools));
  charge->set(mebibyte);
  BOOST_TEST(account.lacks(1, BufferShare::tools));
  charge->set(100);
  BOOST_TEST(!account.lacks(mebibyte - 100, BufferShare::tools));
  charge.reset();
  BOOST_TEST(!account.lacks(mebibyte, BufferShare::tools));
}

BOOST_AUTO_TEST_CASE(threads_see_what_others_hold) {
  BufferBudget budget;
  budget.set_limit(mebibyte);
  BufferAccount mine(budget);
  BufferAccount other(budget);
  BufferCharge large(other);
  large.set(mebibyte);
  BOOST_TEST(mine.lacks(1, BufferShare::tools));
  BOOST_TEST(budget.used() == mebibyte);
  // Small amounts are not reported until their sum reaches a limit.
  std::vector<std::unique_ptr<BufferCharge>> small;
  for (int i = 0; i < 1000; ++i) small.emplace_back(std::make_unique<BufferCharge>(other))->set(1000);
  BOOST_TEST(budget.used() >= mebibyte + 1'000'000 - static_cast<std::size_t>(BufferAccount::untold_most));
  small.clear();
  large.set(0);
  BOOST_TEST(budget.used() <= static_cast<std::size_t>(BufferAccount::untold_most));
}

BOOST_AUTO_TEST_CASE(heads_on_the_api_plane_leave_room_for_others) {
  BufferBudget budget;
  budget.set_limit(mebibyte);
  BufferAccount account(budget);
  BufferCharge heads(account);
  heads.set(mebibyte / 2);
  BOOST_TEST(account.lacks(1, BufferShare::api_heads));
  BOOST_TEST(!account.lacks(mebibyte / 4, BufferShare::api));
  BOOST_TEST(account.lacks(mebibyte / 4 + 1, BufferShare::api));
  BOOST_TEST(!account.lacks(mebibyte / 2, BufferShare::tools));
}

BOOST_AUTO_TEST_CASE(ended_threads_hold_no_memory) {
  BufferBudget budget;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&budget, thread] {
      BufferAccount account(budget);
      for (int i = 0; i < 10'000; ++i) {
        BufferCharge charge(account);
        charge.set(static_cast<std::size_t>(i * (thread + 1)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(budget.used() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
