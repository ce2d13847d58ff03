// TLS on a non-blocking socket with OpenSSL driven directly: it reads and writes the socket itself, and the coroutine
// waits only when it says that it would block. Saves the buffers, copies and timers of a layered stream. Without TLS
// the same moves bytes as they are.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <tuple>

#include <openssl/ssl.h>
#include <sys/types.h>

#include "crypto/bytes.hpp"
#include "http/tls/tls_transport.hpp"

namespace tacit::http {

/// Used from the thread of the socket's executor alone. SIGPIPE must be ignored by the process.
class TlsStream {
 public:
  enum class Status : std::uint8_t {
    done,        ///< `size` bytes were moved, at least one (handshake: it is finished)
    want_read,   ///< await wait() for this, then call again
    want_write,  ///< likewise
    yield,       ///< likewise: there may be more to do, but others of the thread have waited long enough
    closed,      ///< the peer ended the stream, properly or not
    failed,      ///< a protocol error; the stream is unusable
  };
  struct Result {
    Status status;
    std::size_t size = 0;
    bool must_wait() const {
      return status == Status::want_read || status == Status::want_write || status == Status::yield;
    }
  };

  /// Takes a connected socket; it becomes non-blocking. Without a context there is no TLS: the handshake is nothing to
  /// do, and bytes are read and written as they are.
  TlsStream(boost::asio::ip::tcp::socket socket, SSL_CTX* context);

  /// Bytes that have arrived beneath TLS, before the handshake; they stay there.
  Result peek(std::span<std::uint8_t> out);
  /// Takes off as many that were peeked at.
  void skip(std::size_t size);

  Result handshake();
  /// The entry of OpenSSL's error queue that the handshake failed with.
  unsigned long failure() const { return failure_; }
  /// It failed because the peer sends records that say nothing, more than it may: key updates, empty records, warnings.
  bool flooded() const { return transport_.refused() && !transport_.records().is_ssl2(); }
  /// It failed because the peer begins with what is no TLS of today.
  bool is_ssl2() const { return transport_.records().is_ssl2(); }
  /// Leaves TLS away, before a byte of it was exchanged: from now on bytes are moved as they are.
  void become_plain() { ssl_.reset(); }

  Result read_some(std::span<std::uint8_t> out);
  Result write_some(crypto::ByteView data);

  /// Waits until the socket is ready for what `status` wants, at least until the others of the thread have had their
  /// turn. An error if the wait was cancelled or the socket was closed. (Answers the operation itself: a coroutine
  /// around it would cost a frame for each request.)
  boost::asio::awaitable<std::tuple<boost::system::error_code>> wait(Status status);

  /// Whether bytes are waiting inside OpenSSL, so that a wait on the socket could sleep although there is something to
  /// read.
  bool has_buffered() const { return ssl_ != nullptr && (SSL_has_pending(ssl_.get()) == 1 || transport_.has_rest()); }

  /// A request has come, and takes its part of the connection's turn. Whether the turn is over: then wait for `yield`
  /// before the next one.
  bool begin_request() {
    transport_.records().brought_request();
    turn_.spend(Turn::steps_of_request);
    return turn_.over();
  }

  /// What the system knows of the peer.
  enum class Peer : std::uint8_t {
    there,
    silent,  ///< it sends nothing more: it has half-closed the connection, or closed it; that looks the same until it
             ///< is sent something
    gone,    ///< the connection is reset
  };
  /// Takes a system call. What the peer sent before stays to be read.
  Peer peer();
  /// The others of the thread have had their turn while this connection waited for something else than its socket.
  void begin_turn() { turn_.renew(); }

  /// Whether something has arrived that nobody has read; perhaps not the whole of a TLS record.
  bool has_input();

  /// Bytes that were handed to the socket.
  std::uint64_t sent() const { return transport_.sent(); }
  /// Of them, those that the peer's host has acknowledged.
  std::uint64_t taken();

  /// Gives back the record buffers, some 34 KiB, of a stream that rests between messages; the next one allocates them
  /// again.
  /// Does nothing on OpenSSL before 3.0.14, which could free a buffer that a record is being read into (CVE-2024-4741).
  void release_buffers();

  /// Tells the peer that nothing more will be sent: close_notify, then FIN. Does not wait for an answer.
  void send_close();
  /// Reads and drops what arrives on the socket beneath TLS, so that closing does not reset what the peer has yet to
  /// read.
  boost::asio::awaitable<void> drop_input();
  /// What the peer has not taken is dropped when the socket is closed, instead of staying in the system's memory for as
  /// long as the peer likes.
  void drop_output_on_close();
  /// Ends pending waits and closes the socket. Must be called from the stream's own thread.
  void close();

  SSL* ssl() const { return ssl_.get(); }  ///< null without TLS

 private:
  struct SslDeleter {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  Result outcome(int returned);
  Result outcome_of_call(ssize_t returned) const;
  Result begin_step();

  boost::asio::ip::tcp::socket socket_;
  Turn turn_;
  TlsTransport transport_;  ///< before what uses it
  std::unique_ptr<SSL, SslDeleter> ssl_;
  unsigned long failure_ = 0;
};

}  // namespace tacit::http
