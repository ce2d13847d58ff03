// A TLS connection of the load generator, on a non-blocking socket.
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "test/bench/load/answer_parser.hpp"

namespace tacit::bench {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SslPtr = std::unique_ptr<SSL, FreeSsl>;
using SslContextPtr = std::unique_ptr<SSL_CTX, FreeSsl>;
using SessionPtr = std::unique_ptr<SSL_SESSION, FreeSsl>;

/// A client's context for TLS 1.3, without verification: the load measures the server. `certificate`: a PEM file with
/// certificate and key, or empty. Throws std::runtime_error.
SslContextPtr make_context(const std::string& certificate);

/// Belongs to one thread, whose epoll set reports its socket, edge-triggered, with this object's address. One request
/// at a time.
class Connection {
 public:
  enum class Event : std::uint8_t { none, connected, answered, closed, failed };

  Connection(SSL_CTX* context, const sockaddr_in& address, int epoll);
  ~Connection() { drop(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins a new connection, after dropping the old one; with `session` it resumes that. Throws std::runtime_error if
  /// there are no more sockets.
  void begin(SSL_SESSION* session = nullptr);
  /// Sends a request, and returns what advance() would.
  Event send(std::string_view request, std::int64_t now);
  /// Says good-bye: `closed` comes when the server has closed the connection.
  Event finish();
  /// Does what the socket allows now.
  Event advance();
  void drop();

  /// Of the last answer.
  int status() const { return parser_.status(); }
  bool closes() const { return parser_.closes(); }
  bool resumed() const { return ssl_ && SSL_session_reused(ssl_.get()) == 1; }
  /// When the present request was sent, and when it was due: as the caller counts.
  std::int64_t sent = 0;
  std::int64_t due = 0;
  /// For the caller: a request was sent and is not answered, and the connection is in the list of free ones.
  bool busy = false;
  bool listed = false;

 private:
  enum class State : std::uint8_t { down, handshake, idle, writing, reading, finishing };
  Event handshake();
  Event write();
  Event read();
  Event read_to_end();
  bool waits(int result);

  SSL_CTX* context_;
  sockaddr_in address_;
  int epoll_;
  int socket_ = -1;
  State state_ = State::down;
  SslPtr ssl_;
  std::string request_;
  AnswerParser parser_;
};

}  // namespace tacit::bench
