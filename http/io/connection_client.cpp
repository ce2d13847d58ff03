#include "http/io/connection_client.hpp"

#include <boost/asio/use_awaitable.hpp>

#include "http/wire/proxy_protocol.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;

/// Applies the PROXY protocol's header. A connection that ends before its header is complete is not logged.
bool take_client(ConnectionCore& connection, const ProxyHeader& header) {
  ConnectionPeer& peer = connection.peer;
  if (header.state != ProxyHeader::State::complete) {
    connection.counters().connections_refused.add();
    log_refused_connection(connection.thread, "proxy_header_refused", peer.endpoint);
    return false;
  }
  if (header.client) peer.become(*header.client);
  if (!connection.thread.server.limits(connection.exchange.plane).name(peer.endpoint.address())) {
    connection.counters().connections_refused.add();
    log_refused_connection(connection.thread, "too_many_connections", peer.endpoint);
    return false;
  }
  peer.counted = peer.endpoint.address();
  return true;
}

}  // namespace

/// Takes no byte after the header: TLS reads those.
asio::awaitable<bool> learn_client(ConnectionCore& connection) {
  static_assert(ConnectionInput::first_size >= max_proxy_header_size);
  const std::span<std::uint8_t> room = connection.input.room();
  ProxyHeader header{ProxyHeader::State::incomplete};
  std::size_t taken = 0;
  while (header.state == ProxyHeader::State::incomplete) {
    const TlsStream::Result result = connection.socket.peek(room.subspan(taken));
    if (result.must_wait()) {
      const auto [error] = co_await connection.stream.wait(result.status);
      if (error || connection.state.over()) co_return false;
      continue;
    }
    if (result.status != TlsStream::Status::done) co_return false;
    const std::size_t have = taken + result.size;
    header = parse_proxy_header(room.first(have));
    const std::size_t used = header.state == ProxyHeader::State::complete ? header.size : have;
    connection.socket.skip(used - taken);
    taken = used;
  }
  co_return take_client(connection, header);
}

bool ForwardedPeer::find(Exchange& exchange, const Balancers& balancers, const asio::ip::address& sender) {
  if (exchange.plane == Plane::admin || !balancers.forwarded_from.contain(sender)) return true;
  const bool standard = balancers.forwarded_field == ForwardedField::forwarded;
  const auto& lines = standard ? exchange.head.forwarded : exchange.head.forwarded_for;
  if (lines.empty()) return true;
  const auto client = forwarded_client(sender, lines, balancers.forwarded_field, balancers.forwarded_from);
  if (!client) {
    exchange.note = standard
                        ? "The field Forwarded, which proxies in front of this server set, is malformed (RFC 7239), or "
                          "names a hop by other than an IP address, unknown or an identifier that begins with _."
                        : "The field X-Forwarded-For, which proxies in front of this server set, names a hop by other "
                          "than an IP address, unknown or an identifier that begins with _.";
    return false;
  }
  if (client->address == sender) return true;
  text_ = peer_text(client->address, client->port);
  exchange.peer = text_;
  exchange.client = client->address;
  return true;
}

}  // namespace tacit::http
