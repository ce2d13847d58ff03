#include "http/tls/tls_stream.hpp"

#include <algorithm>
#include <limits>
#include <new>

#include <openssl/err.h>

namespace tacit::http {

namespace asio = boost::asio;

namespace {

/// SSL_get_error reads the thread's queue of errors, which is almost always empty. Looking costs a tenth of clearing all
/// of its 16 places, as each read and each write of a record would.
void clear_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

TlsStream::TlsStream(ClientSocket& socket, Turn& turn, SSL_CTX* context)
    : socket_(socket), turn_(turn), transport_(socket_, turn_) {
  if (context == nullptr) return;
  ssl_.reset(SSL_new(context));
  if (!ssl_) throw std::bad_alloc();
  BIO* const bio = transport_.make_bio();
  if (bio == nullptr) throw std::bad_alloc();
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

TlsStream::Result TlsStream::outcome(int returned) {
  if (returned > 0) return {Status::done, static_cast<std::size_t>(returned)};
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return {transport_.put_off() ? Status::yield : Status::want_read};
    case SSL_ERROR_WANT_WRITE:
      return {Status::want_write};
    case SSL_ERROR_ZERO_RETURN:
      return {Status::closed};
    case SSL_ERROR_SYSCALL:
      return {transport_.refused() ? Status::failed : Status::closed};
    default:
      failure_ = ERR_peek_error();
      return {Status::failed};
  }
}

TlsStream::Result TlsStream::handshake() {
  if (!ssl_) return {Status::done};
  Result result{Status::want_read};
  do {
    clear_errors();
    result = outcome(SSL_do_handshake(ssl_.get()));
  } while (result.status == Status::want_read && transport_.has_rest());
  if (result.status == Status::done) transport_.records().established();
  return result;
}

/// Yields if the turn is over.
TlsStream::Result TlsStream::begin_step() {
  if (turn_.over()) return {Status::yield};
  turn_.spend();
  return {Status::done};
}

TlsStream::Result TlsStream::read_some(std::span<std::uint8_t> out) {
  if (!ssl_) {
    const Result may = begin_step();
    return may.must_wait() ? may : transfer_of_call(socket_.receive(out));
  }
  const auto size = std::min<std::size_t>(out.size(), std::numeric_limits<int>::max());
  Result result{Status::want_read};
  // SSL_read returns after a record without data, although the next record may have arrived.
  do {
    clear_errors();
    result = outcome(SSL_read(ssl_.get(), out.data(), static_cast<int>(size)));
  } while (result.status == Status::want_read && transport_.has_rest());
  if (result.status == Status::done) transport_.records().brought_data();
  return result;
}

TlsStream::Result TlsStream::write_some(crypto::ByteView data) {
  const Result may = begin_step();
  if (may.must_wait()) return may;
  if (!ssl_) {
    Result result = transfer_of_call(socket_.send(data));
    if (result.must_wait()) result.status = Status::want_write;
    return result;
  }
  clear_errors();
  const auto size = std::min<std::size_t>(data.size(), std::numeric_limits<int>::max());
  return outcome(SSL_write(ssl_.get(), data.data(), static_cast<int>(size)));
}

asio::awaitable<std::tuple<boost::system::error_code>> TlsStream::wait(Status status) {
  turn_.renew();
  return socket_.wait(status);
}

void TlsStream::release_buffers() {
  static const bool safe = OpenSSL_version_num() >= 0x300000e0UL;
  if (safe && ssl_) SSL_free_buffers(ssl_.get());
  transport_.shrink();
}

void TlsStream::send_close() {
  if (ssl_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  if (!socket_.exhausted()) socket_.end_sending();
}

}  // namespace tacit::http
