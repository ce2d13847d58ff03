// The socket beneath OpenSSL. OpenSSL reads ahead, so that a record takes one system call; what came beyond the record
// waits here, for it would go through all of it in one call: thousands of key updates or empty records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <openssl/bio.h>

#include "http/tls/tls_records.hpp"
#include "http/tls/turn.hpp"

namespace tacit::http {

/// Used from one thread. Stays where it is as long as OpenSSL has its BIO.
class TlsTransport {
 public:
  /// The descriptor stays its owner's; non-blocking.
  TlsTransport(int socket, Turn& turn) : socket_(socket), turn_(turn) {}
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  /// For SSL_set_bio(3). Null if memory is short.
  BIO* make_bio();

  TlsRecords& records() { return records_; }
  const TlsRecords& records() const { return records_; }
  /// The last read was put off: the turn is over.
  bool put_off() const { return put_off_; }
  /// The last read was refused: the peer sends more records than it may, or none of TLS.
  bool refused() const { return refused_; }
  /// Bytes wait here that no record was made of yet.
  bool has_rest() const { return next_ < rest_.size(); }
  /// Gives back memory, if nothing waits in it.
  void shrink();

  /// Bytes handed to the socket so far.
  std::uint64_t sent() const { return sent_; }
  void add_sent(std::size_t size) { sent_ += size; }

 private:
  static int on_read(BIO* bio, char* out, int size);
  static int on_write(BIO* bio, const char* data, int size);
  static long on_control(BIO* bio, int command, long number, void* pointer);
  static const BIO_METHOD* method();

  int read(BIO* bio, std::span<std::uint8_t> out);
  bool may_begin_record(BIO* bio);

  int socket_;
  Turn& turn_;
  TlsRecords records_;
  std::vector<std::uint8_t> rest_;  ///< still encrypted
  std::size_t next_ = 0;            ///< where in it the next record begins, or goes on
  std::uint64_t sent_ = 0;
  bool put_off_ = false;
  bool refused_ = false;
  bool ended_ = false;
};

}  // namespace tacit::http
