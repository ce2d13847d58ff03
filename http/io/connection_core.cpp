#include "http/io/connection_core.hpp"

#include <ctime>
#include <random>
#include <utility>

#include "http/log/log.hpp"
#include "http/wire/networks.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Buffers that a large message has grown beyond this are freed after it; smaller ones when the connection rests.
constexpr std::size_t kept_buffer_size = 16 * 1024;
constexpr std::size_t resting_buffer_size = 4 * 1024;

std::uint32_t any_number() {
  thread_local std::mt19937 random{std::random_device{}()};
  return static_cast<std::uint32_t>(random());
}

void empty(crypto::WipedBytes& buffer) {
  if (buffer.capacity() > kept_buffer_size) {
    buffer = crypto::WipedBytes();
  } else {
    buffer.clear();
  }
}

ConnectionTerms terms_of(const ThreadState& thread, Plane plane) {
  return {.timeouts = thread.server.timeouts,
          .peers = thread.server.peers,
          .draining = thread.server.draining,
          .last_input = thread.last_input,
          .of_monitor = plane == Plane::admin};
}

ConnectionState first_state(const ThreadState& thread, Plane plane) {
  const auto now = ConnectionState::Clock::now();
  const ConnectionLifetime lifetime(thread.server.lifetime(plane), now, any_number());
  return ConnectionState(terms_of(thread, plane), lifetime, now);
}

}  // namespace

std::string peer_text(const asio::ip::address& address, std::uint16_t port) {
  const std::string text = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return port == 0 ? text : text + ":" + std::to_string(port);
}

void ConnectionPeer::become(const tcp::endpoint& other) {
  endpoint = other;
  text = peer_text(endpoint.address(), endpoint.port());
}

ConnectionCore::ConnectionCore(tcp::socket socket, const tcp::endpoint& from, std::optional<asio::ip::address> client,
                               Plane plane, SSL_CTX* tls, ThreadState& of_thread)
    : thread(of_thread),
      stream(std::move(socket), tls),
      state(first_state(of_thread, plane)),
      exchange(ExchangeFacts{.services = of_thread.server.services, .plane = plane, .body = body}),
      buffered_(of_thread.buffers) {
  peer.become(tcp::endpoint(unmapped(from.address()), from.port()));
  peer.counted = std::move(client);
}

void ConnectionCore::expired() {
  unlink();
  state.end();
  stream.close();
}

void ConnectionCore::begin_exchange() { exchange.begin(peer.text, peer.endpoint.address()); }

void ConnectionCore::judge_certificate() {
  if (exchange.plane != Plane::tools || stream.ssl() == nullptr) return;
  exchange.certificate_fault = certificate.fault(stream.ssl(), thread.server.client_trust, std::time(nullptr));
}

void ConnectionCore::charge_buffers() {
  buffered_.set(input.extra_memory() + body.capacity() + output.capacity() + exchange.response.body.capacity());
}

void ConnectionCore::forget_exchange() {
  input.forget_request();
  for (crypto::WipedBytes* const buffer : {&body, &output, &exchange.response.body}) empty(*buffer);
  buffered_.set(input.extra_memory());
}

void ConnectionCore::shrink() {
  stream.release_buffers();
  input.shrink();
  for (crypto::WipedBytes* const buffer : {&body, &output, &exchange.response.body}) {
    if (buffer->capacity() > resting_buffer_size) *buffer = crypto::WipedBytes();
  }
  buffered_.set(input.extra_memory());
}

void log_refused_connection(ThreadState& thread, std::string_view event, const tcp::endpoint& peer) {
  if (!thread.refusal_lines.admit(Deadlined::Clock::now())) return;
  log(LogLine(LogLevel::warn, event).field("peer", peer.address().to_string()));
}

}  // namespace tacit::http
