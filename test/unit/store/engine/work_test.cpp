// The result of work that an engine runs more than once is that of its last run.
#include "store/engine/work.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "test/unit/store/store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

Task<Outcome<int>> throws_until(int& runs, int last) {
  if (++runs < last) throw std::runtime_error("no memory");
  co_return runs;
}

Task<bool> run_twice(Transaction& transaction, Attempt<int>& attempt) {
  co_await attempt.run(transaction);
  co_return co_await attempt.run(transaction);
}

/// The result after two runs.
Outcome<int> result_of(Engine& engine, WorkBody<int> body) {
  Attempt<int> attempt(std::move(body));
  BOOST_TEST(!engine.read([&attempt](Transaction& transaction) { return run_twice(transaction, attempt); }));
  return attempt.take();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(work)

BOOST_AUTO_TEST_CASE(an_exception_of_an_earlier_run_is_forgotten) {
  StoreFixture fixture;
  int runs = 0;
  const auto result = result_of(fixture.engine(), [&runs](Transaction&) { return throws_until(runs, 2); });
  BOOST_REQUIRE(result);
  BOOST_TEST(*result == 2);
}

BOOST_AUTO_TEST_CASE(the_exception_of_the_last_run_is_thrown) {
  StoreFixture fixture;
  int runs = 0;
  BOOST_CHECK_THROW(result_of(fixture.engine(), [&runs](Transaction&) { return throws_until(runs, 3); }),
                    std::runtime_error);
  BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_SUITE_END()
