// A list that is read in slices: its bytes, and early ends.
#include "http/api/list_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <climits>
#include <memory>
#include <string>

#include "http/exchange/client_watch.hpp"
#include "http/json/json_writer.hpp"
#include "store/model/failures.hpp"
#include "test/unit/http/exchange/exchange_fixture.hpp"

using namespace tacit;
using namespace tacit::http;
using namespace std::chrono_literals;

namespace {

/// A client that has left after that many checks.
struct Client final : ClientWatch {
  explicit Client(int most) : patience(most) {}
  bool client_has_left() override { return asked++ >= patience; }
  int patience;
  int asked = 0;
};

/// A list of the numbers from 0 on, ten in a slice; each is one row.
class Numbers final : public ListStream {
 public:
  Numbers(std::uint64_t count, Exchange& exchange, Clock::duration longest = longest_piece)
      : ListStream(exchange, longest), count_(count) {}

 private:
  boost::asio::awaitable<store::Outcome<bool>> read_slice(crypto::WipedBytes& out) override {
    for (int i = 0; i < 10 && next_ < count_; ++i) {
      begin_entry(out);
      write_number(out, next_++);
    }
    exchange_.rows_read = next_;
    co_return next_ == count_;
  }

  std::uint64_t count_;
  std::uint64_t next_ = 0;
};

struct ListFixture : http::test::ExchangeFixture {
  boost::asio::awaitable<void> ask(std::unique_ptr<BodyStream> stream) {
    co_await answer_streamed(exchange, std::move(stream));
  }
  void answer(std::uint64_t count, ListStream::Clock::duration longest = ListStream::longest_piece) {
    boost::asio::io_context context(1);
    std::unique_ptr<BodyStream> stream = std::make_unique<Numbers>(count, exchange, longest);
    boost::asio::co_spawn(context, ask(std::move(stream)), boost::asio::detached);
    context.run();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(list_stream, ListFixture)

BOOST_AUTO_TEST_CASE(entries_of_all_slices_are_one_array) {
  answer(0);
  BOOST_TEST(answer_body() == R"({"data":[]})");
  exchange.response.body.clear();
  answer(12);
  BOOST_TEST(answer_body() == R"({"data":[0,1,2,3,4,5,6,7,8,9,10,11]})");
  BOOST_TEST(exchange.rows_read == 12U);
  BOOST_TEST(!exchange.abandoned);
}

BOOST_AUTO_TEST_CASE(reading_stops_when_the_client_has_left) {
  Client client(3);
  exchange.watch = &client;
  answer(1'000'000);
  BOOST_TEST(exchange.abandoned);
  BOOST_TEST(client.asked == 4);
  BOOST_TEST(exchange.rows_read == 40U);  // charged to the tenant's rate
  BOOST_TEST(!exchange.problem.has_value());
  BOOST_TEST(!exchange.response.rest);
}

BOOST_AUTO_TEST_CASE(one_slice_does_not_check_for_the_client) {
  Client client(0);
  exchange.watch = &client;
  answer(10);
  BOOST_TEST(client.asked == 0);
  BOOST_TEST(exchange.response.status == 200U);
  BOOST_TEST(!exchange.abandoned);
}

BOOST_AUTO_TEST_CASE(a_piece_that_takes_too_long_is_refused_as_overload) {
  Client client(INT_MAX);
  exchange.watch = &client;
  answer(1'000'000, 0s);
  BOOST_TEST(exchange.response.status == 503U);
  BOOST_TEST(exchange.note == "overloaded");
  BOOST_TEST(exchange.rows_read == 10U);
}

BOOST_AUTO_TEST_CASE(the_client_is_checked_between_later_pieces_too) {
  Client client(INT_MAX);
  exchange.watch = &client;
  answer(1'000'000);
  BOOST_TEST_REQUIRE(static_cast<bool>(exchange.response.rest));
  const int until_first = client.asked;
  client.patience = until_first;
  const std::uint64_t rows = exchange.rows_read;
  boost::asio::io_context context(1);
  bool failed = false;
  boost::asio::co_spawn(
      context, exchange.response.rest->next(exchange.response.body),
      [&](const std::exception_ptr& thrown, const store::Outcome<bool>& ended) { failed = !thrown && !ended; });
  context.run();
  BOOST_TEST(failed);
  BOOST_TEST(exchange.abandoned);
  BOOST_TEST(exchange.rows_read == rows);
}

BOOST_AUTO_TEST_SUITE_END()
