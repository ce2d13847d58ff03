#include "http/tls/tls_transport.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace tacit::http {
namespace {

TlsTransport& transport_of(BIO* bio) { return *static_cast<TlsTransport*>(BIO_get_data(bio)); }

bool would_block() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

const BIO_METHOD* TlsTransport::method() {
  static const BIO_METHOD* const made = [] {
    BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket, record by record");
    if (method != nullptr) {
      BIO_meth_set_read(method, on_read);
      BIO_meth_set_write(method, on_write);
      BIO_meth_set_ctrl(method, on_control);
    }
    return method;
  }();
  return made;
}

BIO* TlsTransport::make_bio() {
  BIO* const bio = method() != nullptr ? BIO_new(method()) : nullptr;
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

int TlsTransport::on_read(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  if (out == nullptr || size <= 0) return 0;
  try {
    return transport_of(bio).read(bio, {reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)});
  } catch (const std::bad_alloc&) {
    return -1;  // ends the connection; exceptions must not pass through OpenSSL
  }
}

int TlsTransport::on_write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent =
      transport_of(bio).socket_.send({reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)});
  if (sent < 0 && would_block()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

long TlsTransport::on_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return transport_of(bio).ended_ ? 1 : 0;
  return 0;
}

bool TlsTransport::may_begin_record(BIO* bio) {
  put_off_ = turn_.over();
  if (put_off_) {
    BIO_set_retry_read(bio);
    return false;
  }
  refused_ = records_.flooded();
  return !refused_;
}

/// Returns bytes of at most one record.
int TlsTransport::read(BIO* bio, std::span<std::uint8_t> out) {
  const bool begins = records_.between();
  if (begins && !may_begin_record(bio)) return -1;
  std::size_t taken = 0;
  if (has_rest()) {
    const crypto::ByteView waiting(rest_.data() + next_, std::min(rest_.size() - next_, out.size()));
    taken = records_.take(waiting);
    std::memcpy(out.data(), waiting.data(), taken);
    next_ += taken;
    if (!has_rest()) {
      rest_.clear();
      next_ = 0;
    }
  } else {
    const ssize_t got = socket_.receive(out);
    if (got < 0 && would_block()) BIO_set_retry_read(bio);
    if (got == 0) ended_ = true;
    if (got <= 0) return static_cast<int>(got);
    const crypto::ByteView arrived(out.data(), static_cast<std::size_t>(got));
    taken = records_.take(arrived);
    rest_.assign(arrived.begin() + static_cast<std::ptrdiff_t>(taken), arrived.end());
    next_ = 0;
  }
  if (begins) turn_.spend();
  refused_ = records_.is_ssl2();
  return refused_ ? -1 : static_cast<int>(taken);
}

void TlsTransport::shrink() {
  if (!has_rest()) rest_ = {};
}

}  // namespace tacit::http
