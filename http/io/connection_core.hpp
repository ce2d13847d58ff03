// What the parts of a connection share: its socket, its state, its client and the current exchange.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/files/descriptor.hpp"
#include "crypto/memory/wiped.hpp"
#include "http/chain/buffer_budget.hpp"
#include "http/chain/tenant_buffers.hpp"
#include "http/chain/thread_state.hpp"
#include "http/exchange/exchange.hpp"
#include "http/io/connection_input.hpp"
#include "http/io/connection_lifetime.hpp"
#include "http/io/connection_state.hpp"
#include "http/io/deadlines.hpp"
#include "http/tls/client_certificate.hpp"
#include "http/tls/client_socket.hpp"
#include "http/tls/tls_stream.hpp"
#include "http/tls/turn.hpp"

namespace tacit::http {

/// The known origin of a connection: a balancer, until its PROXY header has come; the client itself; or a proxy that
/// forwards requests of several clients.
struct ConnectionPeer {
  boost::asio::ip::tcp::endpoint endpoint;
  std::string text;                                 ///< address:port; the address alone if the port is not known
  std::optional<boost::asio::ip::address> counted;  ///< the address that ConnectionLimits counts

  void become(const boost::asio::ip::tcp::endpoint& other);
};

/// "address:port"; "[address]:port" for IPv6. Without the port if it is 0, which means not known.
std::string peer_text(const boost::asio::ip::address& address, std::uint16_t port);

/// What a connection knows of the request that it reads or serves. Each request begins with a new one.
struct RequestProgress {
  bool empty_line_skipped = false;  ///< before its head
  bool counted = false;             ///< among those begun, and not yet among those ended
  std::size_t answered = 0;         ///< bytes of the answer that TLS has taken
  std::size_t sent_ahead = 0;       ///< those of them that were sent before the rest of the head was built
};

/// Belongs, with all its members, to one thread.
class ConnectionCore : public Deadlined {
 public:
  ConnectionCore(crypto::Descriptor accepted, const boost::asio::ip::tcp::endpoint& peer,
                 std::optional<boost::asio::ip::address> client, Plane plane, SSL_CTX* tls, ThreadState& thread);

  /// Ends the connection whatever it does. What a handler has begun in the store continues.
  void expired() override;

  /// Begins a new exchange with the connection's client.
  void begin_exchange();
  /// Sets in the exchange whether the client's certificate is valid at this moment.
  void judge_certificate();
  /// Call it whenever a message has grown and before waiting for the client.
  void charge_buffers();
  /// Ends the exchange and its request: overwrites its data in the buffers, and frees large ones.
  void forget_exchange();
  /// Frees the memory that an idle connection does not need.
  void shrink();

  PlaneCounters& counters() { return thread.counters.of(exchange.plane); }
  void count(Handshake outcome) { counters().handshakes[static_cast<std::size_t>(outcome)].add(); }
  void count(Ended why) { counters().connections_ended[static_cast<std::size_t>(why)].add(); }

  ThreadState& thread;
  ConnectionPeer peer;
  ClientSocket socket;
  Turn turn;
  TlsStream stream;
  ConnectionLifetime lifetime;
  ConnectionState state;
  ClientCertificate certificate;
  // From the thread's IdleBuffers, for one request.
  ConnectionInput input;
  crypto::WipedBytes body;    ///< of the request
  crypto::WipedBytes output;  ///< the answer's head, and a short body
  Exchange exchange;
  RequestProgress request;

 protected:
  ~ConnectionCore() = default;

 private:
  BufferCharge buffered_;
  TenantCharge buffered_for_tenant_;
};

/// Logs at most one line a second, so that a flood of connections does not become a flood of lines.
void log_refused_connection(ThreadState& thread, std::string_view event, const boost::asio::ip::tcp::endpoint& peer);

}  // namespace tacit::http
