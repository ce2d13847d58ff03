// Waiting for sockets: no byte, no end and no room may be missed, and none may make a waiting connection spin.
#include "http/tls/socket_events.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "crypto/files/descriptor.hpp"

using namespace tacit::http;
using boost::system::error_code;
using Direction = SocketEvents::Direction;

namespace {

/// A pair of connected sockets, of which one is in the set.
class Pair {
 public:
  explicit Pair(boost::asio::io_context& context, SocketEvents& events) : context_(context), socket_(events) {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    own_ = tacit::crypto::Descriptor(ends[0]);
    peer_ = tacit::crypto::Descriptor(ends[1]);
    BOOST_REQUIRE(socket_.enter(own_.get()));
  }

  void send(const std::string& bytes) {
    BOOST_REQUIRE(::send(peer_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  std::optional<std::string> receive(std::size_t most) {
    std::string bytes(most, '\0');
    const ssize_t got = ::recv(own_.get(), bytes.data(), most, 0);
    socket_.received(most, got);
    if (got < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
  }
  /// Sends until there is no room.
  void fill() {
    const std::string bytes(65536, 'x');
    for (ssize_t got = 1; got > 0;) {
      got = ::send(own_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      socket_.sent(bytes.size(), got);
    }
  }
  void wait(Direction direction) {
    socket_.wait(direction, SocketEvents::Handler([this](error_code error) { outcomes.push_back(error); }));
  }
  /// Runs what is ready. Whether a wait has ended.
  bool runs(int rounds = 4) {
    const std::size_t before = outcomes.size();
    for (int i = 0; i < rounds; ++i) {
      context_.restart();
      context_.poll();
    }
    return outcomes.size() > before;
  }
  int peer() const { return peer_.get(); }
  void close_peer() { peer_ = tacit::crypto::Descriptor(); }
  SocketEvents::Socket& socket() { return socket_; }

  std::vector<error_code> outcomes;

 private:
  boost::asio::io_context& context_;
  tacit::crypto::Descriptor own_;
  tacit::crypto::Descriptor peer_;
  SocketEvents::Socket socket_;
};

struct Fixture {
  boost::asio::io_context context{1};
  SocketEvents events{context};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(socket_events)

BOOST_FIXTURE_TEST_CASE(a_wait_ends_with_the_next_byte, Fixture) {
  Pair pair(context, events);
  BOOST_TEST(!pair.receive(10));
  pair.wait(Direction::read);
  BOOST_TEST(!pair.runs());
  pair.send("a");
  BOOST_TEST(pair.runs());
  BOOST_TEST(!pair.outcomes.back());
  BOOST_TEST(pair.receive(10).value() == "a");
  pair.wait(Direction::read);  // fewer bytes than asked for: there are no more
  BOOST_TEST(!pair.runs());
}

BOOST_FIXTURE_TEST_CASE(bytes_that_a_call_left_end_the_next_wait, Fixture) {
  Pair pair(context, events);
  pair.send("abcd");
  BOOST_TEST(pair.receive(2).value() == "ab");
  pair.wait(Direction::read);
  BOOST_TEST(pair.runs());
  BOOST_TEST(pair.receive(2).value() == "cd");
}

BOOST_FIXTURE_TEST_CASE(bytes_that_come_without_a_wait_end_the_next_one, Fixture) {
  Pair pair(context, events);
  BOOST_TEST(!pair.receive(10));
  pair.send("a");
  pair.runs();
  pair.wait(Direction::read);
  BOOST_TEST(pair.runs());
  BOOST_TEST(pair.receive(10).value() == "a");
}

BOOST_FIXTURE_TEST_CASE(a_socket_is_exhausted_once_all_before_the_end_was_received, Fixture) {
  Pair seen(context, events);
  BOOST_TEST(!seen.receive(10));
  BOOST_TEST(!seen.socket().exhausted());
  seen.send("abcd");
  seen.close_peer();
  seen.runs();
  BOOST_TEST(!seen.socket().exhausted());
  BOOST_TEST(seen.receive(2).value() == "ab");
  BOOST_TEST(!seen.socket().exhausted());
  BOOST_TEST(seen.receive(10).value() == "cd");
  BOOST_TEST(seen.socket().exhausted());

  Pair unseen(context, events);
  unseen.send("ab");
  BOOST_TEST(unseen.receive(10).value() == "ab");
  BOOST_TEST(!unseen.socket().exhausted());
  unseen.close_peer();
  BOOST_TEST(!unseen.socket().exhausted());
  BOOST_TEST(unseen.receive(10).value().empty());
  BOOST_TEST(unseen.socket().exhausted());
}

BOOST_FIXTURE_TEST_CASE(an_end_behind_bytes_is_seen, Fixture) {
  Pair pair(context, events);
  BOOST_TEST(!pair.receive(10));
  pair.send("a");
  BOOST_REQUIRE(::shutdown(pair.peer(), SHUT_WR) == 0);
  pair.wait(Direction::read);
  BOOST_TEST(pair.runs());
  BOOST_TEST(pair.receive(10).value() == "a");
  pair.wait(Direction::read);
  BOOST_TEST(pair.runs());
  BOOST_TEST(pair.receive(10).value().empty());
}

BOOST_FIXTURE_TEST_CASE(a_full_socket_of_a_peer_that_has_half_closed_is_waited_for, Fixture) {
  Pair pair(context, events);
  BOOST_REQUIRE(::shutdown(pair.peer(), SHUT_WR) == 0);
  pair.runs();
  pair.fill();
  pair.wait(Direction::write);
  BOOST_TEST(!pair.runs(16));
  std::vector<char> taken(1 << 20);
  while (::recv(pair.peer(), taken.data(), taken.size(), 0) > 0) continue;
  BOOST_TEST(pair.runs());
  BOOST_TEST(!pair.outcomes.back());
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_is_gone_ends_both_kinds_of_waits, Fixture) {
  for (const Direction direction : {Direction::read, Direction::write}) {
    Pair pair(context, events);
    pair.fill();
    BOOST_TEST(!pair.receive(10));
    pair.wait(direction);
    BOOST_TEST(!pair.runs());
    pair.close_peer();
    BOOST_TEST(pair.runs());
  }
}

BOOST_FIXTURE_TEST_CASE(a_socket_that_leaves_ends_its_wait_later, Fixture) {
  Pair pair(context, events);
  BOOST_TEST(!pair.receive(10));
  pair.wait(Direction::read);
  pair.socket().leave();
  BOOST_TEST(pair.outcomes.empty());
  BOOST_TEST(pair.runs());
  BOOST_TEST((pair.outcomes.back() == boost::asio::error::operation_aborted));
  pair.wait(Direction::read);
  BOOST_TEST(pair.runs());
  BOOST_TEST((pair.outcomes.back() == boost::asio::error::operation_aborted));
}

BOOST_FIXTURE_TEST_CASE(a_socket_may_be_destroyed_while_its_event_waits_to_be_handled, Fixture) {
  std::optional<Pair> first;
  std::optional<Pair> second;
  first.emplace(context, events);
  second.emplace(context, events);
  int ended = 0;
  for (auto* const pair : {&first, &second}) {
    auto* const other = pair == &first ? &second : &first;
    BOOST_TEST(!(*pair)->receive(10));
    (*pair)->socket().wait(Direction::read, SocketEvents::Handler([&ended, other](error_code error) {
                             ++ended;
                             if (!error) other->reset();
                           }));
  }
  first->send("a");
  second->send("a");
  context.restart();
  context.poll();
  // One was told of its byte, and the other, whose event came with it, that it left.
  BOOST_TEST(ended == 2);
  BOOST_TEST((first.has_value() != second.has_value()));
}

BOOST_FIXTURE_TEST_CASE(the_context_runs_out_of_work_without_sockets, Fixture) {
  {
    Pair pair(context, events);
    pair.runs();
  }
  context.restart();
  context.run();  // returns
  BOOST_TEST(context.stopped());
}

BOOST_AUTO_TEST_SUITE_END()
