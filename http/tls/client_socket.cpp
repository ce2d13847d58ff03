#include "http/tls/client_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

namespace tacit::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// Resumes after the other ready handlers have run.
asio::awaitable<std::tuple<boost::system::error_code>> let_others_go_first(asio::any_io_executor executor) {
  co_await asio::post(executor, asio::use_awaitable);
  co_return std::tuple<boost::system::error_code>();
}

}  // namespace

ClientSocket::ClientSocket(tcp::socket socket) : socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
}

Transfer ClientSocket::peek(std::span<std::uint8_t> out) {
  return transfer_of_call(::recv(socket_.native_handle(), out.data(), out.size(), MSG_PEEK));
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
  if (status == TransferStatus::yield) return let_others_go_first(socket_.get_executor());
  const auto what = status == TransferStatus::want_write ? tcp::socket::wait_write : tcp::socket::wait_read;
  return socket_.async_wait(what, asio::as_tuple(asio::use_awaitable));
}

ClientSocket::Peer ClientSocket::peer() {
  pollfd state{socket_.native_handle(), POLLRDHUP, 0};
  if (::poll(&state, 1, 0) <= 0) return Peer::there;
  if ((state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return Peer::gone;
  return (state.revents & POLLRDHUP) != 0 ? Peer::silent : Peer::there;
}

bool ClientSocket::has_unread() {
  int size = 0;
  return ::ioctl(socket_.native_handle(), FIONREAD, &size) == 0 && size > 0;
}

std::uint64_t ClientSocket::taken() {
  int size = 0;
  const bool known = ::ioctl(socket_.native_handle(), SIOCOUTQ, &size) == 0 && size > 0;
  return sent_ - std::min(sent_, known ? static_cast<std::uint64_t>(size) : 0);
}

void ClientSocket::end_sending() { ::shutdown(socket_.native_handle(), SHUT_WR); }

asio::awaitable<void> ClientSocket::drop_input() {
  std::array<std::uint8_t, 4096> dropped;
  for (;;) {
    const auto [error] = co_await wait(TransferStatus::want_read);
    if (error || !socket_.is_open()) co_return;
    const ssize_t got = receive(dropped);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) co_return;
  }
}

void ClientSocket::drop_output_on_close() {
  boost::system::error_code ignored;
  socket_.set_option(tcp::socket::linger(true, 0), ignored);
}

void ClientSocket::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace tacit::http
