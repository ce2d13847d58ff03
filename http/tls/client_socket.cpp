#include "http/tls/client_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>

namespace tacit::http {

namespace asio = boost::asio;

namespace {

/// Resumes after the other ready handlers have run.
asio::awaitable<std::tuple<boost::system::error_code>> let_others_go_first(asio::any_io_executor executor) {
  co_await asio::post(executor, asio::use_awaitable);
  co_return std::tuple<boost::system::error_code>();
}

}  // namespace

ClientSocket::ClientSocket(crypto::Descriptor socket, SocketEvents& events)
    : events_(events), socket_(std::move(socket)), readiness_(events) {
  const int on = 1;
  static_cast<void>(::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  readiness_.enter(socket_.get());
}

Transfer ClientSocket::peek(std::span<std::uint8_t> out) {
  const ssize_t size = ::recv(socket_.get(), out.data(), out.size(), MSG_PEEK);
  const Transfer seen = transfer_of_call(size);
  if (size != 0) readiness_.peeked();
  return seen;
}

void ClientSocket::skip(std::size_t size) {
  std::array<std::uint8_t, 512> dropped;
  while (size > 0) {
    const ssize_t got = receive(std::span(dropped).first(std::min(size, dropped.size())));
    if (got <= 0) return;
    size -= static_cast<std::size_t>(got);
  }
}

asio::awaitable<std::tuple<boost::system::error_code>> ClientSocket::wait(TransferStatus status) {
  if (status == TransferStatus::yield) return let_others_go_first(events_.executor());
  using Direction = SocketEvents::Direction;
  const auto what = status == TransferStatus::want_write ? Direction::write : Direction::read;
  constexpr auto token = asio::as_tuple(asio::use_awaitable);
  return asio::async_initiate<decltype(token), void(boost::system::error_code)>(
      [](auto handler, SocketEvents::Socket* readiness, Direction direction) {
        readiness->wait(direction, SocketEvents::Handler(std::move(handler)));
      },
      token, &readiness_, what);
}

ClientSocket::Peer ClientSocket::peer() {
  pollfd state{socket_.get(), POLLRDHUP, 0};
  if (::poll(&state, 1, 0) <= 0) return Peer::there;
  if ((state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return Peer::gone;
  return (state.revents & POLLRDHUP) != 0 ? Peer::silent : Peer::there;
}

bool ClientSocket::has_unread() {
  int size = 0;
  return ::ioctl(socket_.get(), FIONREAD, &size) == 0 && size > 0;
}

std::uint64_t ClientSocket::taken() {
  int size = 0;
  const bool known = ::ioctl(socket_.get(), SIOCOUTQ, &size) == 0 && size > 0;
  return sent_ - std::min(sent_, known ? static_cast<std::uint64_t>(size) : 0);
}

void ClientSocket::end_sending() { ::shutdown(socket_.get(), SHUT_WR); }

asio::awaitable<void> ClientSocket::drop_input() {
  std::array<std::uint8_t, 4096> dropped;
  for (;;) {
    const auto [error] = co_await wait(TransferStatus::want_read);
    if (error || !socket_) co_return;
    const ssize_t got = receive(dropped);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) co_return;
  }
}

void ClientSocket::drop_output_on_close() {
  const linger at_once{1, 0};
  static_cast<void>(::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
}

void ClientSocket::close() {
  readiness_.leave();
  socket_ = crypto::Descriptor();
}

}  // namespace tacit::http
