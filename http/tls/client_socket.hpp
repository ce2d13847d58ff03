// A client's TCP socket beneath TLS: raw bytes without waiting, and what the system knows of the peer.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>

#include <sys/socket.h>
#include <sys/types.h>

#include "crypto/files/descriptor.hpp"
#include "crypto/memory/bytes.hpp"
#include "http/tls/socket_events.hpp"
#include "http/tls/transfer.hpp"

namespace tacit::http {

/// Used on one thread. The process must ignore SIGPIPE.
class ClientSocket {
 public:
  /// Takes a connected, non-blocking socket. `events`, of the thread that uses it, must outlive it.
  ClientSocket(crypto::Descriptor socket, SocketEvents& events);

  /// Like recv(2).
  ssize_t receive(std::span<std::uint8_t> out) {
    const ssize_t size = ::recv(socket_.get(), out.data(), out.size(), 0);
    readiness_.received(out.size(), size);
    return size;
  }
  /// Like send(2). Counts the bytes.
  ssize_t send(crypto::ByteView data) {
    const ssize_t size = ::send(socket_.get(), data.data(), data.size(), MSG_NOSIGNAL);
    if (size > 0) sent_ += static_cast<std::uint64_t>(size);
    readiness_.sent(data.size(), size);
    return size;
  }
  /// Reads bytes without consuming them.
  Transfer peek(std::span<std::uint8_t> out);
  /// Consumes that many peeked bytes.
  void skip(std::size_t size);

  /// Waits until the socket is ready for `status`; `yield`: until the other ready handlers have run. An error if the
  /// socket was closed. One wait at a time. (Returns the operation itself, because a wrapping coroutine would cost a
  /// frame per request.)
  boost::asio::awaitable<std::tuple<boost::system::error_code>> wait(TransferStatus status);

  /// The peer's state as known to the system.
  enum class Peer : std::uint8_t {
    there,
    silent,  ///< it has half-closed or closed the connection; the two are indistinguishable until data is sent
    gone,    ///< the connection is reset
  };
  /// Makes a system call. Unread bytes stay readable.
  Peer peer();
  /// Whether the peer has ended and all that it had sent was received: closing the socket then loses no answer.
  bool exhausted() const { return readiness_.exhausted(); }
  /// Whether bytes have arrived that were not received, possibly only a part of a TLS record.
  bool has_unread();
  /// Bytes written to the socket.
  std::uint64_t sent() const { return sent_; }
  /// The part of sent() that the peer's host has acknowledged.
  std::uint64_t taken();

  /// Sends a FIN.
  void end_sending();
  /// Reads and drops what comes until the peer ends, so that closing the socket does not reset the connection before
  /// the peer has read the response.
  boost::asio::awaitable<void> drop_input();
  /// Makes closing the socket drop unsent data, instead of leaving it in the system's memory for as long as the peer
  /// does not read.
  void drop_output_on_close();
  /// Ends a pending wait and closes the socket. Must be called from the socket's own thread.
  void close();

 private:
  SocketEvents& events_;
  crypto::Descriptor socket_;
  SocketEvents::Socket readiness_;
  std::uint64_t sent_ = 0;
};

}  // namespace tacit::http
