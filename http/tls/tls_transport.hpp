// The socket beneath OpenSSL. OpenSSL reads ahead, so that a record takes one system call. Bytes after the record are
// kept here, because OpenSSL would process all of them in one call: thousands of key updates or empty records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <openssl/bio.h>

#include "http/tls/client_socket.hpp"
#include "http/tls/tls_records.hpp"
#include "http/tls/turn.hpp"

namespace tacit::http {

/// Used on one thread. Must not be moved while OpenSSL holds its BIO.
class TlsTransport {
 public:
  /// Both must outlive it.
  TlsTransport(ClientSocket& socket, Turn& turn) : socket_(socket), turn_(turn) {}
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  /// For SSL_set_bio(3). Null if out of memory.
  BIO* make_bio();

  TlsRecords& records() { return records_; }
  const TlsRecords& records() const { return records_; }
  /// The last read was postponed because the turn is over.
  bool put_off() const { return put_off_; }
  /// The last read was refused: too many records without data, or not TLS.
  bool refused() const { return refused_; }
  /// Whether bytes are kept here for the next record.
  bool has_rest() const { return next_ < rest_.size(); }
  /// Frees the buffer if it is empty.
  void shrink();

 private:
  static int on_read(BIO* bio, char* out, int size);
  static int on_write(BIO* bio, const char* data, int size);
  static long on_control(BIO* bio, int command, long number, void* pointer);
  static const BIO_METHOD* method();

  int read(BIO* bio, std::span<std::uint8_t> out);
  bool may_begin_record(BIO* bio);

  ClientSocket& socket_;
  Turn& turn_;
  TlsRecords records_;
  std::vector<std::uint8_t> rest_;  ///< received, still encrypted
  std::size_t next_ = 0;            ///< the offset of the next unread byte in rest_
  bool put_off_ = false;
  bool refused_ = false;
  bool ended_ = false;
};

}  // namespace tacit::http
