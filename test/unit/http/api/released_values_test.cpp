// A large release does not keep its thread while its answer is written.
#include "http/api/released_values.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

using namespace tacit;
using namespace tacit::http;

namespace {

std::vector<store::ReleasedValue> values(std::size_t count, const std::string& value) {
  std::vector<store::ReleasedValue> all;
  for (std::size_t i = 0; i < count; ++i) {
    store::ReleasedValue& released = all.emplace_back();
    released.argument = "argument" + std::to_string(i);
    released.value = crypto::WipedBytes(crypto::as_bytes(value));
    released.secret_name = "name";
  }
  return all;
}

/// Writes an answer on a thread that has other work all the time.
class Written {
 public:
  explicit Written(const std::vector<store::ReleasedValue>& arguments) {
    boost::asio::co_spawn(context_, write_arguments(out_, arguments), [this](const std::exception_ptr& error) {
      BOOST_TEST(!error);
      done_ = true;
    });
    other_work();
    context_.run();
  }
  std::string_view text() const { return out_.text(); }
  /// How often other work ran before the end.
  int others() const { return others_; }

 private:
  void other_work() {
    if (done_) return;
    ++others_;
    boost::asio::post(context_, [this] { other_work(); });
  }

  boost::asio::io_context context_{1};
  crypto::WipedBytes out_;
  bool done_ = false;
  int others_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(released_values)

BOOST_AUTO_TEST_CASE(others_are_served_while_a_large_answer_is_written) {
  const Written small(values(1, "v"));
  const Written large(values(256, std::string(4096, '\x01')));
  BOOST_TEST(large.text().size() > std::size_t{6} << 20U);
  BOOST_TEST(large.others() > small.others() + 5);
}

BOOST_AUTO_TEST_CASE(an_answer_without_arguments_is_an_empty_object) {
  BOOST_TEST(Written({}).text() == R"({"arguments":{}})");
}

BOOST_AUTO_TEST_SUITE_END()
