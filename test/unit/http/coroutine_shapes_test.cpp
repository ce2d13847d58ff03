// Debian 12's compiler destroys some temporaries of a co_await expression twice, and loses the result of one in an `if`
// condition. These tests pin the forms that this program uses instead, so that a compiler or flag that breaks them is
// detected.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tacit::http {
namespace {

namespace asio = boost::asio;

struct Parcel {
  std::string text;
  std::vector<std::string> more{};
  std::shared_ptr<int> counted{};
};

asio::awaitable<bool> answer_later(bool answer) {
  co_await asio::post(asio::use_awaitable);
  co_return answer;
}

asio::awaitable<std::size_t> weigh(Parcel parcel) {
  co_await asio::post(asio::use_awaitable);
  co_return parcel.text.size() + parcel.more.size();
}

asio::awaitable<void> named_result_then_condition(bool* reached) {
  const bool no = co_await answer_later(false);
  const bool yes = co_await answer_later(true);
  if (!no && yes) *reached = true;
}

asio::awaitable<void> result_in_an_initialiser(bool* reached) {
  if (const bool yes = co_await answer_later(true); yes) *reached = true;
}

asio::awaitable<void> named_aggregate_then_move(std::shared_ptr<int> counted, std::size_t* weight) {
  Parcel parcel{std::string(100, 'x'), {"one", "two"}, std::move(counted)};
  *weight = co_await weigh(std::move(parcel));
}

void run(asio::awaitable<void> coroutine) {
  asio::io_context context;
  std::exception_ptr failure;
  asio::co_spawn(context, std::move(coroutine), [&](std::exception_ptr thrown) { failure = std::move(thrown); });
  context.run();
  BOOST_TEST(!failure);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(coroutine_shapes)

BOOST_AUTO_TEST_CASE(a_named_result_may_be_tested) {
  bool reached = false;
  run(named_result_then_condition(&reached));
  BOOST_TEST(reached);
}

BOOST_AUTO_TEST_CASE(an_if_may_await_in_its_initialiser) {
  bool reached = false;
  run(result_in_an_initialiser(&reached));
  BOOST_TEST(reached);
}

BOOST_AUTO_TEST_CASE(a_named_aggregate_is_moved_and_destroyed_once) {
  const auto counted = std::make_shared<int>(0);
  std::size_t weight = 0;
  run(named_aggregate_then_move(counted, &weight));
  BOOST_TEST(weight == 102U);
  BOOST_TEST(counted.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tacit::http
