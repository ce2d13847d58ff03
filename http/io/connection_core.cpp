#include "http/io/connection_core.hpp"

#include <ctime>
#include <random>
#include <utility>

#include "http/io/buffer_sizes.hpp"
#include "http/log/log.hpp"
#include "http/wire/networks.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::uint32_t any_number() {
  thread_local std::mt19937 random{std::random_device{}()};
  return static_cast<std::uint32_t>(random());
}

void empty(crypto::WipedBytes& buffer) {
  if (buffer.capacity() > buffer_size_kept_after_message) {
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

}  // namespace

std::string peer_text(const asio::ip::address& address, std::uint16_t port) {
  const std::string text = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return port == 0 ? text : text + ":" + std::to_string(port);
}

void ConnectionPeer::become(const tcp::endpoint& other) {
  endpoint = other;
  text = peer_text(endpoint.address(), endpoint.port());
}

ConnectionCore::ConnectionCore(crypto::Descriptor accepted, const tcp::endpoint& from,
                               std::optional<asio::ip::address> client, Plane plane, SSL_CTX* tls,
                               ThreadState& of_thread)
    : thread(of_thread),
      socket(std::move(accepted), of_thread.sockets),
      stream(socket, turn, tls),
      lifetime(of_thread.server.lifetime(plane), ConnectionState::Clock::now(), any_number()),
      state(terms_of(of_thread, plane), ConnectionState::Clock::now()),
      input(of_thread.idle_buffers.inputs),
      exchange(ExchangeFacts{.services = of_thread.server.services, .plane = plane, .body = body}),
      buffered_(of_thread.buffers),
      buffered_for_tenant_(of_thread.server.tenant_buffers) {
  peer.become(tcp::endpoint(unmapped(from.address()), from.port()));
  peer.counted = std::move(client);
}

void ConnectionCore::expired() {
  unlink();
  state.end();
  socket.close();
}

/// In the opposite order of giving them back, so that each gets the one that it had.
void ConnectionCore::begin_exchange() {
  for (crypto::WipedBytes* const buffer : {&exchange.response.body, &output, &body}) {
    if (buffer->capacity() == 0) *buffer = thread.idle_buffers.messages.take();
  }
  exchange.begin(peer.text, peer.endpoint.address());
}

void ConnectionCore::judge_certificate() {
  if (exchange.plane != Plane::tools || stream.ssl() == nullptr) return;
  exchange.certificate_fault = certificate.fault(stream.ssl(), thread.server.client_trust, std::time(nullptr));
}

void ConnectionCore::charge_buffers() {
  const std::size_t size =
      input.extra_memory() + body.capacity() + output.capacity() + exchange.response.body.capacity();
  buffered_.set(size);
  if (exchange.has_tenant()) {
    buffered_for_tenant_.set(exchange.principal.tenant, size);
  } else {
    buffered_for_tenant_.release();
  }
}

void ConnectionCore::forget_exchange() {
  request = RequestProgress();
  input.forget_request();
  for (crypto::WipedBytes* const buffer : {&body, &output, &exchange.response.body}) {
    empty(*buffer);
    // A larger one stays until the connection rests: lent, it would be charged to a tenant for a short answer.
    if (buffer->capacity() <= buffer_size_kept_at_rest) thread.idle_buffers.messages.give_back(std::move(*buffer));
  }
  buffered_.set(input.extra_memory());
  buffered_for_tenant_.release();
}

void ConnectionCore::shrink() {
  stream.release_buffers();
  input.shrink();
  for (crypto::WipedBytes* const buffer : {&body, &output, &exchange.response.body}) *buffer = crypto::WipedBytes();
  buffered_.set(input.extra_memory());
}

void log_refused_connection(ThreadState& thread, std::string_view event, const tcp::endpoint& peer) {
  if (!thread.refusal_lines.admit(Deadlined::Clock::now())) return;
  log(LogLine(LogLevel::warn, event).field("peer", peer.address().to_string()));
}

}  // namespace tacit::http
