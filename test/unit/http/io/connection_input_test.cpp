// The bytes that a connection has received: pipelining, wiping, and the size of the buffer.
#include "http/io/connection_input.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <string>

namespace tacit::http {
namespace {

void receive(ConnectionInput& input, std::string_view text) {
  BOOST_REQUIRE(text.size() <= input.room().size());
  std::copy(text.begin(), text.end(), input.room().begin());
  input.add(text.size());
}

/// Whether the room after the received bytes has no trace of earlier bytes.
bool rest_is_wiped(ConnectionInput& input) {
  const auto room = input.room();
  return std::all_of(room.begin(), room.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(connection_input)

BOOST_AUTO_TEST_CASE(a_pipelined_request_moves_to_the_front) {
  BufferStack idle;
  ConnectionInput input(idle);
  BOOST_TEST(input.received().empty());
  receive(input, "head-onebody-onehead-two");
  input.take(8);
  BOOST_TEST(input.received().substr(0, 8) == "head-one");
  BOOST_TEST(crypto::as_text(input.untaken()) == "body-onehead-two");
  input.take(8);
  input.forget_request();
  BOOST_TEST(input.received() == "head-two");
  BOOST_TEST(input.taken() == 0U);
  BOOST_TEST(rest_is_wiped(input));
}

BOOST_AUTO_TEST_CASE(an_unread_body_is_wiped_with_its_request) {
  BufferStack idle;
  ConnectionInput input(idle);
  receive(input, "head and a secret");
  input.take(4);
  input.take_all();
  input.forget_request();
  BOOST_TEST(input.received().empty());
  BOOST_TEST(rest_is_wiped(input));
}

BOOST_AUTO_TEST_CASE(chunks_are_dropped_behind_the_head) {
  BufferStack idle;
  ConnectionInput input(idle);
  receive(input, "head3\r\nabc");
  input.take(4);
  const std::size_t room_begins = input.taken();
  input.take(6);
  input.drop_from(room_begins);
  BOOST_TEST(input.received() == "head");
  BOOST_TEST(input.untaken().empty());
  BOOST_TEST(rest_is_wiped(input));
  receive(input, "def");
  BOOST_TEST(crypto::as_text(input.untaken()) == "def");
}

BOOST_AUTO_TEST_CASE(one_empty_line_is_removed_at_a_time) {
  BufferStack idle;
  ConnectionInput input(idle);
  BOOST_TEST(!input.skip_empty_line());
  receive(input, "\r");
  BOOST_TEST(!input.skip_empty_line());
  receive(input, "\n\r\nGET");
  BOOST_TEST(input.skip_empty_line());
  BOOST_TEST(input.received() == "\r\nGET");
  BOOST_TEST(rest_is_wiped(input));  // the old place of the bytes that were moved to the front
  BOOST_TEST(input.skip_empty_line());
  BOOST_TEST(rest_is_wiped(input));
  BOOST_TEST(!input.skip_empty_line());
  BOOST_TEST(input.received() == "GET");
}

BOOST_AUTO_TEST_CASE(a_large_buffer_is_freed_after_its_request) {
  BufferStack idle;
  ConnectionInput input(idle);
  BOOST_TEST(input.extra_memory() == 0U);
  receive(input, std::string(ConnectionInput::first_size, 'x'));
  BOOST_TEST(input.room().empty());
  input.grow(20'000);
  BOOST_TEST(!input.room().empty());
  BOOST_TEST(input.extra_memory() == 20'000U - ConnectionInput::first_size);
  BOOST_TEST(input.received() == std::string(ConnectionInput::first_size, 'x'));
  input.take(ConnectionInput::first_size - 3);
  input.forget_request();
  BOOST_TEST(input.received() == "xxx");
  BOOST_TEST(input.extra_memory() == 0U);

  // A smaller buffer is kept until the connection rests.
  input.take_all();
  input.forget_request();
  input.grow(8192);
  input.forget_request();
  BOOST_TEST(input.extra_memory() == 8192U - ConnectionInput::first_size);
  input.shrink();
  BOOST_TEST(input.extra_memory() == 0U);
  BOOST_TEST(idle.size() == 0U);  // only those of the first size are lent
}

BOOST_AUTO_TEST_CASE(a_resting_input_lends_its_buffer) {
  BufferStack idle;
  ConnectionInput one(idle);
  ConnectionInput other(idle);
  one.rest();
  BOOST_TEST(idle.size() == 0U);  // it had none
  receive(one, "head and a secret");
  const std::uint8_t* const memory = one.head(1).data();
  one.rest();
  BOOST_TEST(idle.size() == 0U);
  one.take_all();
  one.forget_request();
  one.rest();
  BOOST_TEST(idle.size() == 1U);
  BOOST_TEST(one.received().empty());
  BOOST_TEST(one.extra_memory() == 0U);
  BOOST_TEST(rest_is_wiped(other));
  BOOST_TEST(idle.size() == 0U);
  BOOST_TEST((other.room().data() == memory));
  receive(one, "GET");
  BOOST_TEST((one.head(1).data() != memory));
  BOOST_TEST(one.received() == "GET");
}

BOOST_AUTO_TEST_CASE(only_so_many_buffers_are_kept) {
  BufferStack idle;
  idle.give_back({});
  BOOST_TEST(idle.size() == 0U);
  for (std::size_t i = 0; i <= BufferStack::most; ++i) idle.give_back(crypto::WipedBytes(1));
  BOOST_TEST(idle.size() == BufferStack::most);
  for (std::size_t i = 0; i < BufferStack::most; ++i) BOOST_TEST(idle.take().size() == 1U);
  BOOST_TEST(idle.take().capacity() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tacit::http
