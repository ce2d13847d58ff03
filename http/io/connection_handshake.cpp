#include "http/io/connection_handshake.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <array>

#include "http/client_certificates/client_identity.hpp"
#include "http/client_certificates/client_trust.hpp"
#include "http/log/log.hpp"
#include "http/tls/handshake_faults.hpp"
#include "http/tls/plain_http.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;

/// Logs one line, unless there are too many for this client and reason.
void log_failure(ConnectionCore& connection, const HandshakeFault& fault) {
  const std::string presented = ClientTrust::take_refused();  // always taken, or the next failure would report it
  const LogLevel level = fault.of_client ? LogLevel::warn : LogLevel::info;
  if (!log_enabled(level)) return;
  const Plane plane = connection.exchange.plane;
  const ConnectionPeer& peer = connection.peer;
  const auto left_out = connection.thread.server.handshakes(plane).admit(peer.endpoint.address(), fault.code,
                                                                         ConnectionState::Clock::now());
  if (!left_out) return;
  LogLine line(level, "handshake_failed");
  line.field("plane", name_of(plane)).field("peer", peer.text).field("reason", fault.text);
  if (!presented.empty()) line.field("certificate", presented);
  if (*left_out > 0) line.field("left_out", *left_out);
  log(line);
}

const HandshakeFault& fault_of(const TlsStream& stream) {
  if (stream.is_ssl2()) return not_tls_fault();
  if (stream.flooded()) return handshake_too_long_fault();
  return fault_of_handshake(stream.ssl(), stream.failure());
}

void log_ambiguous(ConnectionCore& connection) {
  const ConnectionPeer& peer = connection.peer;
  const auto left_out = connection.thread.server.handshakes(connection.exchange.plane)
                            .admit(peer.endpoint.address(), "ambiguous", ConnectionState::Clock::now());
  if (!left_out) return;
  LogLine line(LogLevel::warn, "identity_refused");
  line.field("peer", peer.text)
      .field("reason",
             "the client's certificate has several URI names, or several common names; exactly one is allowed");
  line.field("certificate", presented_name(connection.stream.ssl()))
      .field("identity", connection.certificate.identity());
  log(line);
}

/// In TLS the client speaks first. Its first bytes are checked before OpenSSL sees them, because OpenSSL cannot handle
/// plain HTTP. Whether they are TLS; nullopt if the connection has ended.
asio::awaitable<std::optional<bool>> is_tls(ConnectionCore& connection) {
  std::array<std::uint8_t, longest_first_word> bytes{};
  const std::span<std::uint8_t> head(bytes);
  TlsStream::Result result = connection.socket.peek(head);
  while (result.must_wait()) {
    const auto [error] = co_await connection.stream.wait(result.status);
    if (error || connection.state.over()) break;
    result = connection.socket.peek(head);
  }
  if (result.status != TlsStream::Status::done) co_return std::nullopt;
  const FirstBytes first = classify(crypto::as_text(crypto::ByteView(head.first(result.size))));
  co_return first == FirstBytes::tls;
}

/// A client that does not speak TLS: HTTP is answered; anything else ends the connection. Both are logged.
asio::awaitable<Begun> begin_without_tls(ConnectionCore& connection) {
  ConnectionInput& input = connection.input;
  connection.stream.become_plain();
  FirstBytes first = FirstBytes::undecided;
  while (first == FirstBytes::undecided && !input.room().empty()) {
    const TlsStream::Result result = connection.stream.read_some(input.room());
    if (result.must_wait()) {
      const auto [error] = co_await connection.stream.wait(result.status);
      if (error || connection.state.over()) co_return Begun::ended;
    } else if (result.status != TlsStream::Status::done) {
      co_return Begun::ended;  // too little to classify: the client has requested nothing
    } else {
      input.add(result.size);
      first = classify(input.received());
    }
  }
  if (first == FirstBytes::http) {
    log_failure(connection, plain_http_fault());
    co_return Begun::plain_http;
  }
  log_failure(connection, first == FirstBytes::proxy_header ? proxy_header_fault() : not_tls_fault());
  co_return Begun::ended;
}

}  // namespace

asio::awaitable<Begun> begin_tls(ConnectionCore& connection) {
  TlsStream& stream = connection.stream;
  const std::optional<bool> tls = co_await is_tls(connection);
  if (!tls) {
    connection.count(Handshake::abandoned);
    co_return Begun::ended;
  }
  if (!*tls) {
    connection.count(Handshake::failed);
    const Begun begun = co_await begin_without_tls(connection);
    co_return begun;
  }
  TlsStream::Result result = stream.handshake();
  while (result.must_wait()) {
    const auto [error] = co_await stream.wait(result.status);
    if (error || connection.state.over()) {
      connection.count(Handshake::abandoned);
      co_return Begun::ended;
    }
    result = stream.handshake();
  }
  if (result.status != TlsStream::Status::done) {
    connection.count(result.status == TlsStream::Status::closed ? Handshake::abandoned : Handshake::failed);
    // A client that just leaves is no failure: balancers check in this way whether the port is open.
    if (result.status == TlsStream::Status::failed) log_failure(connection, fault_of(stream));
    co_return Begun::ended;
  }
  connection.count(SSL_session_reused(stream.ssl()) == 1 ? Handshake::resumed : Handshake::full);
  connection.certificate.take(stream.ssl());
  connection.exchange.tool_identity = connection.certificate.identity();
  if (connection.certificate.ambiguous()) log_ambiguous(connection);
  co_return Begun::secure;
}

}  // namespace tacit::http
