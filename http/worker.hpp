// One io thread: its acceptors, its connections, their deadlines.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <list>
#include <memory>
#include <optional>

#include "http/connection.hpp"
#include "http/deadlines.hpp"
#include "http/thread_state.hpp"
#include "http/tls_context.hpp"

namespace tacit::http {

/// Made and prepared on the main thread, then run on its own.
class Worker {
 public:
  explicit Worker(ServerState& server);

  /// Binds an acceptor; answers the endpoint it got. Before run().
  boost::system::result<boost::asio::ip::tcp::endpoint> listen(const boost::asio::ip::tcp::endpoint& endpoint,
                                                               Plane plane, SharedTlsContext tls);

  /// Serves until drained. The thread's whole body.
  void run();

  void use_certificates(Plane plane, SharedTlsContext tls);  ///< thread-safe: for connections accepted from now on
  void drain();                                              ///< thread-safe: stops accepting, ends idle connections
  void abort();                                              ///< thread-safe: ends all connections
  bool finished() const { return finished_.load(); }
  const ThreadCounters& counters() const { return state_.counters; }  ///< thread-safe

 private:
  struct Acceptor {
    boost::asio::ip::tcp::acceptor acceptor;
    Plane plane;
    SharedTlsContext tls;
  };

  boost::asio::awaitable<void> accept_connections(Acceptor& acceptor);
  void adopt(boost::asio::ip::tcp::socket socket, const Acceptor& acceptor);
  void log_refused(const boost::asio::ip::tcp::endpoint& peer);
  boost::asio::awaitable<void> sweep();
  void gather_key_uses();
  void stop_accepting();
  void end_connections(bool all);

  boost::asio::io_context context_{1};
  ThreadState state_;
  std::list<Acceptor> acceptors_;
  DeadlineList connections_;
  boost::asio::steady_timer sweep_timer_{context_};
  bool draining_ = false;
  Deadlined::Clock::time_point refusal_logged_;
  std::atomic<bool> finished_{false};
};

}  // namespace tacit::http
