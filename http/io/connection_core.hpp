// What the parts of a connection share: its socket, its state, its client, and the exchange that takes place.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/wiped.hpp"
#include "http/chain/buffer_budget.hpp"
#include "http/chain/thread_state.hpp"
#include "http/exchange/exchange.hpp"
#include "http/io/connection_input.hpp"
#include "http/io/connection_state.hpp"
#include "http/io/deadlines.hpp"
#include "http/tls/client_certificate.hpp"
#include "http/tls/tls_stream.hpp"

namespace tacit::http {

/// Whom a connection comes from, as far as is known: a balancer, until its PROXY header has come, or the client itself,
/// or a proxy that forwards the requests of several clients.
struct ConnectionPeer {
  boost::asio::ip::tcp::endpoint endpoint;
  std::string text;                                 ///< address:port; without the port if that is not known
  std::optional<boost::asio::ip::address> counted;  ///< as ConnectionLimits knows it

  void become(const boost::asio::ip::tcp::endpoint& other);
};

/// "[address]:port" of IPv6. Without the port if that is 0, for it is not known then.
std::string peer_text(const boost::asio::ip::address& address, std::uint16_t port);

/// Belongs to one thread, as all that it holds.
class ConnectionCore : public Deadlined {
 public:
  ConnectionCore(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer,
                 std::optional<boost::asio::ip::address> client, Plane plane, SSL_CTX* tls, ThreadState& thread);

  /// Ends the connection whatever it does. What a handler has begun in the store goes on.
  void expired() override;

  /// A new exchange begins, of the connection's client.
  void begin_exchange();
  /// Notes in the exchange whether the client's certificate is good at this moment.
  void judge_certificate();
  /// To be called whenever a message has grown and before it waits for its client.
  void charge_buffers();
  /// The exchange has ended: overwrites what it left in the buffers, and gives large ones back.
  void forget_exchange();
  /// Gives back what memory a connection that rests can do without.
  void shrink();

  PlaneCounters& counters() { return thread.counters.of(exchange.plane); }
  void count(Handshake outcome) { counters().handshakes[static_cast<std::size_t>(outcome)].add(); }
  void count(Ended why) { counters().connections_ended[static_cast<std::size_t>(why)].add(); }

  ThreadState& thread;
  ConnectionPeer peer;
  TlsStream stream;
  ConnectionState state;
  ClientCertificate certificate;
  // The buffers are used again from one request to the next.
  ConnectionInput input;
  crypto::WipedBytes body;    ///< of the request
  crypto::WipedBytes output;  ///< the answer's head, and a short body
  Exchange exchange;

 protected:
  ~ConnectionCore() = default;

 private:
  BufferCharge buffered_;
};

/// Logs it once a second at most: a flood of connections must not become a flood of lines.
void log_refused_connection(ThreadState& thread, std::string_view event, const boost::asio::ip::tcp::endpoint& peer);

}  // namespace tacit::http
