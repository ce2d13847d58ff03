// TLS on a non-blocking socket, with OpenSSL reading and writing the socket directly; the coroutine waits only if
// OpenSSL would block. This saves the buffers, copies and timers of a layered stream. Without TLS the stream transfers
// plain bytes.
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

/// Used only on the thread of the socket's executor. The process must ignore SIGPIPE.
class TlsStream {
 public:
  enum class Status : std::uint8_t {
    done,        ///< `size` bytes were transferred, at least one (handshake: finished)
    want_read,   ///< await wait() for this, then call again
    want_write,  ///< likewise
    yield,       ///< likewise: there may be more to do, but other connections of the thread come first
    closed,      ///< the peer ended the stream, with or without close_notify
    failed,      ///< a protocol error; the stream is unusable
  };
  struct Result {
    Status status;
    std::size_t size = 0;
    bool must_wait() const {
      return status == Status::want_read || status == Status::want_write || status == Status::yield;
    }
  };

  /// Takes a connected socket and makes it non-blocking. Without a context there is no TLS: the handshake does nothing,
  /// and bytes are transferred as they are.
  TlsStream(boost::asio::ip::tcp::socket socket, SSL_CTX* context);

  /// Reads raw bytes before the handshake without consuming them.
  Result peek(std::span<std::uint8_t> out);
  /// Consumes that many peeked bytes.
  void skip(std::size_t size);

  Result handshake();
  /// The entry of OpenSSL's error queue with the failure of the handshake.
  unsigned long failure() const { return failure_; }
  /// Whether it failed because the peer sent too many records without data: key updates, empty records, warnings.
  bool flooded() const { return transport_.refused() && !transport_.records().is_ssl2(); }
  /// Whether it failed because the peer sent an SSL 2 client hello.
  bool is_ssl2() const { return transport_.records().is_ssl2(); }
  /// Disables TLS before any byte was exchanged: bytes are then transferred as they are.
  void become_plain() { ssl_.reset(); }

  Result read_some(std::span<std::uint8_t> out);
  Result write_some(crypto::ByteView data);

  /// Waits until the socket is ready for `status`, and at least until the thread's other connections have had their
  /// turn. An error if the wait was cancelled or the socket was closed. (Returns the operation itself, because a
  /// wrapping coroutine would cost a frame per request.)
  boost::asio::awaitable<std::tuple<boost::system::error_code>> wait(Status status);

  /// Whether OpenSSL or the transport holds unread bytes, so that a wait on the socket might not wake up.
  bool has_buffered() const { return ssl_ != nullptr && (SSL_has_pending(ssl_.get()) == 1 || transport_.has_rest()); }

  /// Counts a request towards the connection's turn. True if the turn is over: then wait with `yield` before the next
  /// request.
  bool begin_request() {
    transport_.records().brought_request();
    turn_.spend(Turn::steps_of_request);
    return turn_.over();
  }

  /// The peer's state as known to the system.
  enum class Peer : std::uint8_t {
    there,
    silent,  ///< it has half-closed or closed the connection; the two are indistinguishable until data is sent
    gone,    ///< the connection is reset
  };
  /// Makes a system call. Unread bytes stay readable.
  Peer peer();
  /// Starts a new turn after a wait for something other than the socket, in which other connections had their turn.
  void begin_turn() { turn_.renew(); }

  /// Whether unread bytes have arrived, possibly only a part of a TLS record.
  bool has_input();

  /// Bytes written to the socket.
  std::uint64_t sent() const { return transport_.sent(); }
  /// The part of sent() that the peer's host has acknowledged.
  std::uint64_t taken();

  /// Frees the record buffers, about 34 KiB, of a stream that is idle between messages; the next message allocates them
  /// again. Does nothing on OpenSSL before 3.0.14, which could free a buffer that a record is being read into
  /// (CVE-2024-4741).
  void release_buffers();

  /// Ends the sending direction: close_notify, then FIN. Does not wait for the peer.
  void send_close();
  /// Reads and drops raw bytes from the socket, so that closing it does not reset the connection before the peer has
  /// read the response.
  boost::asio::awaitable<void> drop_input();
  /// Makes closing the socket drop unsent data, instead of leaving it in the system's memory for as long as the peer
  /// does not read.
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
  TlsTransport transport_;  ///< declared before ssl_, which uses it
  std::unique_ptr<SSL, SslDeleter> ssl_;
  unsigned long failure_ = 0;
};

}  // namespace tacit::http
