// TLS on a non-blocking socket, with OpenSSL reading and writing the socket directly; the coroutine waits only if
// OpenSSL would block. This saves the buffers, copies and timers of a layered stream. Without TLS the stream transfers
// plain bytes.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <tuple>

#include <openssl/ssl.h>

#include "crypto/memory/bytes.hpp"
#include "http/tls/client_socket.hpp"
#include "http/tls/tls_transport.hpp"

namespace tacit::http {

/// Used only on the thread of the socket's executor.
class TlsStream {
 public:
  using Status = TransferStatus;
  using Result = Transfer;

  /// Both references must outlive the stream. Without a context there is no TLS: the handshake does nothing, and bytes
  /// are transferred as they are.
  TlsStream(ClientSocket& socket, Turn& turn, SSL_CTX* context);

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
  /// turn; then a new turn begins. Errors as those of ClientSocket::wait.
  boost::asio::awaitable<std::tuple<boost::system::error_code>> wait(Status status);

  /// Whether OpenSSL or the transport holds unread bytes, so that a wait on the socket might not wake up.
  bool has_buffered() const { return ssl_ != nullptr && (SSL_has_pending(ssl_.get()) == 1 || transport_.has_rest()); }
  /// Whether unread bytes have arrived, possibly only a part of a TLS record.
  bool has_input() { return has_buffered() || socket_.has_unread(); }

  /// Counts a request towards the connection's turn. True if the turn is over: then wait with `yield` before the next
  /// request.
  bool begin_request() {
    transport_.records().brought_request();
    turn_.spend(Turn::steps_of_request);
    return turn_.over();
  }

  /// Frees the record buffers, about 34 KiB, of a stream that is idle between messages; the next message allocates them
  /// again. Does nothing on OpenSSL before 3.0.14, which could free a buffer that a record is being read into
  /// (CVE-2024-4741).
  void release_buffers();

  /// Ends the sending direction: close_notify, then FIN, which closing the socket sends to a peer that has ended. Does
  /// not wait for the peer.
  void send_close();

  SSL* ssl() const { return ssl_.get(); }  ///< null without TLS

 private:
  struct SslDeleter {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  Result outcome(int returned);
  Result begin_step();

  ClientSocket& socket_;
  Turn& turn_;
  TlsTransport transport_;  ///< declared before ssl_, which uses it
  std::unique_ptr<SSL, SslDeleter> ssl_;
  unsigned long failure_ = 0;
};

}  // namespace tacit::http
