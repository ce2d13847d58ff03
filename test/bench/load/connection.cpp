#include "test/bench/load/connection.hpp"

#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace tacit::bench {

SslContextPtr make_context(const std::string& certificate) {
  SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context) throw std::runtime_error("cannot make a TLS context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  if (certificate.empty()) return context;
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), certificate.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("cannot use " + certificate);
  }
  return context;
}

Connection::Connection(SSL_CTX* context, const sockaddr_in& address, int epoll)
    : context_(context), address_(address), epoll_(epoll) {}

void Connection::drop() {
  // Else OpenSSL makes the session useless for others.
  if (ssl_) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN);
  ssl_.reset();
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  state_ = State::down;
}

void Connection::begin(SSL_SESSION* session) {
  drop();
  parser_.reset();
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) throw std::runtime_error(std::string("no socket: ") + std::strerror(errno));
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // A failure shows at the first write.
  static_cast<void>(::connect(socket_, reinterpret_cast<const sockaddr*>(&address_), sizeof address_));
  ssl_.reset(SSL_new(context_));
  SSL_set_fd(ssl_.get(), socket_);
  SSL_set_connect_state(ssl_.get());
  if (session != nullptr) SSL_set_session(ssl_.get(), session);
  state_ = State::handshake;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event);
}

/// Whether the operation only has to wait for the socket.
bool Connection::waits(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

Connection::Event Connection::advance() {
  switch (state_) {
    case State::handshake:
      return handshake();
    case State::writing:
      return write();
    case State::reading:
      return read();
    case State::finishing:
      return read_to_end();
    case State::idle: {
      // Session tickets, or the server closes the connection.
      std::array<char, 64> bytes{};
      const int result = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
      return result <= 0 && waits(result) ? Event::none : Event::closed;
    }
    case State::down:
      break;
  }
  return Event::none;
}

Connection::Event Connection::handshake() {
  const int result = SSL_connect(ssl_.get());
  if (result != 1) return waits(result) ? Event::none : Event::failed;
  state_ = State::idle;
  return Event::connected;
}

Connection::Event Connection::send(std::string_view request, std::int64_t now) {
  request_ = request;
  sent = now;
  busy = true;
  state_ = State::writing;
  return write();
}

Connection::Event Connection::write() {
  const int result = SSL_write(ssl_.get(), request_.data(), static_cast<int>(request_.size()));
  if (result <= 0) return waits(result) ? Event::none : Event::failed;
  parser_.reset();
  // The answer is reported by the epoll set.
  state_ = State::reading;
  return Event::none;
}

Connection::Event Connection::read() {
  thread_local std::array<char, 16384> bytes;
  while (true) {
    const int result = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (result <= 0) return waits(result) ? Event::none : Event::failed;
    const auto taken = parser_.take(std::string_view(bytes.data(), static_cast<std::size_t>(result)));
    if (taken == AnswerParser::Result::broken) return Event::failed;
    if (taken == AnswerParser::Result::more) continue;
    state_ = State::idle;
    return Event::answered;
  }
}

Connection::Event Connection::finish() {
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
  state_ = State::finishing;
  return read_to_end();
}

Connection::Event Connection::read_to_end() {
  std::array<char, 1024> bytes{};
  // Reads on after the server's close_notify, up to the end of the TCP connection.
  while (true) {
    const auto result = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (result > 0) continue;
    if (result < 0 && errno == EAGAIN) return Event::none;
    return Event::closed;
  }
}

}  // namespace tacit::bench
