// The outcome of an attempt to transfer bytes without waiting.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <sys/types.h>

namespace tacit::http {

enum class TransferStatus : std::uint8_t {
  done,        ///< `size` bytes were transferred, at least one (handshake: finished)
  want_read,   ///< await TlsStream::wait() for this, then call again
  want_write,  ///< likewise
  yield,       ///< likewise: there may be more to do, but other connections of the thread come first
  closed,      ///< the peer ended the stream, with or without close_notify
  failed,      ///< a protocol error; the stream is unusable
};

struct Transfer {
  TransferStatus status;
  std::size_t size = 0;
  bool must_wait() const {
    return status == TransferStatus::want_read || status == TransferStatus::want_write ||
           status == TransferStatus::yield;
  }
};

/// Of recv(2) or send(2), which returned this and set errno. A call that would block gives want_read.
inline Transfer transfer_of_call(ssize_t returned) {
  if (returned > 0) return {TransferStatus::done, static_cast<std::size_t>(returned)};
  if (returned < 0 && (errno == EAGAIN || errno == EINTR)) return {TransferStatus::want_read};
  return {TransferStatus::closed};
}

}  // namespace tacit::http
