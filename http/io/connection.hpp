// One client's connection: a balancer's PROXY header if there is one, TLS, then requests one after the other, each
// taken through the chain and answered in order.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <optional>

#include "crypto/files/descriptor.hpp"
#include "http/io/answer_writer.hpp"
#include "http/io/connection_body.hpp"
#include "http/io/connection_client.hpp"
#include "http/io/connection_core.hpp"
#include "http/io/connection_head.hpp"
#include "http/io/connection_rest.hpp"
#include "http/wire/request_id.hpp"

namespace tacit::http {

/// Lives as long as run(); belongs to one thread.
class Connection final : public ConnectionCore {
 public:
  using Clock = ConnectionState::Clock;

  /// The connection counts for `client`; nullopt: `from` is a balancer, whose PROXY header names the client.
  Connection(crypto::Descriptor accepted, const boost::asio::ip::tcp::endpoint& from,
             std::optional<boost::asio::ip::address> client, Plane plane, SSL_CTX* tls, ThreadState& of_thread);
  ~Connection();

  /// Serves until the client leaves, a deadline passes, or the server drains.
  boost::asio::awaitable<void> run();

  /// Ends the connection if it is between requests; otherwise shortens the time in which its client has to send or to
  /// take what it waits for. The client of a new connection may still send its first request.
  void wind_down();
  /// Called periodically: ends the connection if its deadline has passed, unless its client takes an answer fast
  /// enough; frees its buffers if it has been idle for a while, and ends it if it is old.
  void sweep(Clock::time_point now);

 private:
  boost::asio::awaitable<bool> begin();
  boost::asio::awaitable<bool> serve_request();
  boost::asio::awaitable<void> refuse_plain_http();
  boost::asio::awaitable<void> close_gently();

  void lapse(Clock::time_point now);
  void rest(Clock::time_point now);
  void end_flood();
  std::optional<Problem> begin_request();
  bool is_leaving() const;
  bool was_last_request(Clock::time_point now);
  void end_request(Clock::time_point started, bool keep_alive);

  ConnectionRest rest_{state, lifetime};
  HeadReader head_{*this};
  AnswerWriter writer_{*this};
  ConnectionBody body_reader_{*this, writer_};
  ForwardedPeer forwarded_;
  RequestIds request_ids_;
};

}  // namespace tacit::http
