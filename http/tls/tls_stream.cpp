#include "http/tls/tls_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <new>

#include <openssl/err.h>

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

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

TlsStream::TlsStream(tcp::socket socket, SSL_CTX* context)
    : socket_(std::move(socket)), transport_(socket_.native_handle(), turn_) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  if (context == nullptr) return;
  ssl_.reset(SSL_new(context));
  if (!ssl_) throw std::bad_alloc();
  BIO* const bio = transport_.make_bio();
  if (bio == nullptr) throw std::bad_alloc();
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

TlsStream::Result TlsStream::outcome(int returned) {
  if (returned > 0) return {Status::done, static_cast<std::size_t>(returned)};
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return {transport_.put_off() ? Status::yield : Status::want_read};
    case SSL_ERROR_WANT_WRITE:
      return {Status::want_write};
    case SSL_ERROR_ZERO_RETURN:
      return {Status::closed};
    case SSL_ERROR_SYSCALL:
      return {transport_.refused() ? Status::failed : Status::closed};
    default:
      failure_ = ERR_peek_error();
      return {Status::failed};
  }
}

TlsStream::Result TlsStream::outcome_of_call(ssize_t returned) const {
  if (returned > 0) return {Status::done, static_cast<std::size_t>(returned)};
  if (returned < 0 && (errno == EAGAIN || errno == EINTR)) return {Status::want_read};
  return {Status::closed};
}

TlsStream::Result TlsStream::peek(std::span<std::uint8_t> out) {
  return outcome_of_call(::recv(socket_.native_handle(), out.data(), out.size(), MSG_PEEK));
}

void TlsStream::skip(std::size_t size) {
  std::array<char, 512> dropped;
  while (size > 0) {
    const auto got = ::recv(socket_.native_handle(), dropped.data(), std::min(size, dropped.size()), 0);
    if (got <= 0) return;
    size -= static_cast<std::size_t>(got);
  }
}

TlsStream::Result TlsStream::handshake() {
  if (!ssl_) return {Status::done};
  Result result{Status::want_read};
  do {
    ERR_clear_error();
    result = outcome(SSL_do_handshake(ssl_.get()));
  } while (result.status == Status::want_read && transport_.has_rest());
  if (result.status == Status::done) transport_.records().established();
  return result;
}

/// Yields if the turn is over.
TlsStream::Result TlsStream::begin_step() {
  if (turn_.over()) return {Status::yield};
  turn_.spend();
  return {Status::done};
}

TlsStream::Result TlsStream::read_some(std::span<std::uint8_t> out) {
  if (!ssl_) {
    const Result may = begin_step();
    return may.must_wait() ? may : outcome_of_call(::recv(socket_.native_handle(), out.data(), out.size(), 0));
  }
  const auto size = std::min<std::size_t>(out.size(), std::numeric_limits<int>::max());
  Result result{Status::want_read};
  // SSL_read returns after a record without data, although the next record may have arrived.
  do {
    ERR_clear_error();
    result = outcome(SSL_read(ssl_.get(), out.data(), static_cast<int>(size)));
  } while (result.status == Status::want_read && transport_.has_rest());
  if (result.status == Status::done) transport_.records().brought_data();
  return result;
}

TlsStream::Result TlsStream::write_some(crypto::ByteView data) {
  const Result may = begin_step();
  if (may.must_wait()) return may;
  if (!ssl_) {
    Result result = outcome_of_call(::send(socket_.native_handle(), data.data(), data.size(), MSG_NOSIGNAL));
    if (result.must_wait()) result.status = Status::want_write;
    transport_.add_sent(result.size);
    return result;
  }
  ERR_clear_error();
  const auto size = std::min<std::size_t>(data.size(), std::numeric_limits<int>::max());
  return outcome(SSL_write(ssl_.get(), data.data(), static_cast<int>(size)));
}

asio::awaitable<std::tuple<boost::system::error_code>> TlsStream::wait(Status status) {
  turn_.renew();
  if (status == Status::yield) return let_others_go_first(socket_.get_executor());
  const auto what = status == Status::want_write ? tcp::socket::wait_write : tcp::socket::wait_read;
  return socket_.async_wait(what, asio::as_tuple(asio::use_awaitable));
}

TlsStream::Peer TlsStream::peer() {
  pollfd state{socket_.native_handle(), POLLRDHUP, 0};
  if (::poll(&state, 1, 0) <= 0) return Peer::there;
  if ((state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return Peer::gone;
  return (state.revents & POLLRDHUP) != 0 ? Peer::silent : Peer::there;
}

bool TlsStream::has_input() {
  int size = 0;
  return has_buffered() || (::ioctl(socket_.native_handle(), FIONREAD, &size) == 0 && size > 0);
}

void TlsStream::release_buffers() {
  static const bool safe = OpenSSL_version_num() >= 0x300000e0UL;
  if (safe && ssl_) SSL_free_buffers(ssl_.get());
  transport_.shrink();
}

void TlsStream::send_close() {
  if (ssl_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ::shutdown(socket_.native_handle(), SHUT_WR);
}

asio::awaitable<void> TlsStream::drop_input() {
  std::array<char, 4096> dropped;
  for (;;) {
    const auto [error] = co_await wait(Status::want_read);
    if (error || !socket_.is_open()) co_return;
    const auto got = ::recv(socket_.native_handle(), dropped.data(), dropped.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) co_return;
  }
}

std::uint64_t TlsStream::taken() {
  int size = 0;
  const bool known = ::ioctl(socket_.native_handle(), SIOCOUTQ, &size) == 0 && size > 0;
  return sent() - std::min(sent(), known ? static_cast<std::uint64_t>(size) : 0);
}

void TlsStream::drop_output_on_close() {
  boost::system::error_code ignored;
  socket_.set_option(tcp::socket::linger(true, 0), ignored);
}

void TlsStream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace tacit::http
