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

ToolAnswer answer_of(std::string tool, std::vector<store::ReleasedValue> all) {
  ToolAnswer answer;
  answer.tool_name = std::move(tool);
  answer.released.values = std::move(all);
  return answer;
}

std::vector<ToolAnswer> one(ToolAnswer answer) {
  std::vector<ToolAnswer> answers;
  answers.push_back(std::move(answer));
  return answers;
}

boost::asio::awaitable<void> write_all(ReleasedValues& stream, std::vector<std::string>& pieces) {
  for (bool last = false; !last;) {
    crypto::WipedBytes piece;
    const auto ended = co_await stream.next(piece);
    BOOST_REQUIRE(ended.has_value());
    last = *ended;
    pieces.emplace_back(piece.text());
  }
}

/// Writes an answer on a thread that has other work all the time.
class Written {
 public:
  explicit Written(std::vector<ToolAnswer> answers, ReleasedValues::Form form = ReleasedValues::Form::one_tool,
                   std::string public_url = {})
      : stream_(std::move(answers), form, std::move(public_url)) {
    boost::asio::co_spawn(context_, write_all(stream_, pieces_), [this](const std::exception_ptr& error) {
      BOOST_TEST(!error);
      done_ = true;
    });
    other_work();
    context_.run();
  }
  std::string text() const {
    std::string all;
    for (const std::string& piece : pieces_) all += piece;
    return all;
  }
  const std::vector<std::string>& pieces() const { return pieces_; }
  /// How often other work ran before the end.
  int others() const { return others_; }

 private:
  void other_work() {
    if (done_) return;
    ++others_;
    boost::asio::post(context_, [this] { other_work(); });
  }

  boost::asio::io_context context_{1};
  ReleasedValues stream_;
  std::vector<std::string> pieces_;
  bool done_ = false;
  int others_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(released_values)

BOOST_AUTO_TEST_CASE(others_are_served_while_a_large_answer_is_written) {
  const Written small(one(answer_of("t", values(1, "v"))));
  const Written large(one(answer_of("t", values(256, std::string(4096, '\x01')))));
  BOOST_TEST(large.text().size() > std::size_t{6} << 20U);
  BOOST_TEST(large.others() > small.others() + 5);
}

BOOST_AUTO_TEST_CASE(a_large_answer_comes_in_pieces) {
  const Written large(one(answer_of("t", values(256, std::string(4096, '\x01')))));
  BOOST_TEST(large.pieces().size() > 50U);
  for (const std::string& piece : large.pieces()) BOOST_TEST(piece.size() < body_piece_size + 32U * 1024);
  const Written small(one(answer_of("t", values(2, "v"))));
  BOOST_TEST(small.pieces().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_without_arguments_is_an_empty_object) {
  BOOST_TEST(Written(one(answer_of("t", {}))).text() == R"({"arguments":{}})");
}

BOOST_AUTO_TEST_CASE(a_released_value_has_its_expiry) {
  std::vector<store::ReleasedValue> some = values(1, "v");
  some[0].expires_at = 0;
  BOOST_TEST(
      Written(one(answer_of("t", std::move(some)))).text().find(R"(,"expires_at":"1970-01-01T00:00:00.000000Z"})") !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_missing) {
  ToolAnswer answer = answer_of("agno__x", {});
  answer.tells_missing = true;
  answer.released.missing = {{"api key", store::MissingReason::none}, {"b", store::MissingReason::expired}};
  ToolAnswer same = answer_of("agno__x", {});
  same.tells_missing = true;
  same.released.missing = answer.released.missing;
  BOOST_TEST(Written(one(std::move(answer))).text() ==
             R"({"arguments":{},"missing":[{"argument":"api key","reason":"none","add_url":null},)"
             R"({"argument":"b","reason":"expired","add_url":null}]})");
  BOOST_TEST(Written(one(std::move(same)), ReleasedValues::Form::one_tool, "https://t.example")
                 .text()
                 .find(R"("add_url":"https://t.example/console/#/add?tool_name=agno__x&tool_arg=api%20key"})") !=
             std::string::npos);
  ToolAnswer nothing = answer_of("t", {});
  nothing.tells_missing = true;
  BOOST_TEST(Written(one(std::move(nothing))).text() == R"({"arguments":{},"missing":[]})");
}

BOOST_AUTO_TEST_CASE(a_link_cannot_be_left_by_a_name) {
  BOOST_TEST(add_url("https://h", "a&b=#?", "\xc3\xa4 +\"") ==
             "https://h/console/#/add?tool_name=a%26b%3D%23%3F&tool_arg=%C3%A4%20%2B%22");
}

BOOST_AUTO_TEST_CASE(several_tools) {
  std::vector<ToolAnswer> answers;
  answers.push_back(answer_of("t", {}));
  answers.back().tells_missing = true;
  answers.push_back(answer_of("u", {}));
  answers.back().refusal = "No.";
  BOOST_TEST(Written(std::move(answers), ReleasedValues::Form::several).text() ==
             R"({"results":[{"tool_name":"t","arguments":{},"missing":[]},{"tool_name":"u","detail":"No."}]})");
}

BOOST_AUTO_TEST_SUITE_END()
