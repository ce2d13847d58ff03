// One io thread: its acceptors, connections and deadlines.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <list>
#include <memory>
#include <optional>

#include "http/chain/thread_state.hpp"
#include "http/io/connection.hpp"
#include "http/io/deadlines.hpp"
#include "http/io/listening_socket.hpp"
#include "http/tls/socket_events.hpp"
#include "http/tls/tls_context.hpp"

namespace tacit::http {

/// Created and prepared on the main thread, then run on its own.
class Worker {
 public:
  explicit Worker(ServerState& server);

  /// Binds an acceptor, and returns its endpoint. Before run().
  boost::system::result<boost::asio::ip::tcp::endpoint> listen(const boost::asio::ip::tcp::endpoint& endpoint,
                                                               Plane plane, SharedTlsContext tls);

  /// Accepts from a listening socket that is shared with the other threads, and with the process that passed it to this
  /// one. Returns its endpoint. Before run().
  boost::system::result<boost::asio::ip::tcp::endpoint> share(int listening, Plane plane, SharedTlsContext tls);

  /// Serves until drained. The thread's whole body.
  void run();

  void use_certificates(Plane plane, SharedTlsContext tls);  ///< thread-safe: for connections accepted from now on
  void change_tenant_rate(auth::Rate by_default);            ///< thread-safe
  void drain();                                              ///< thread-safe; see Server::drain()
  void abort();                                              ///< thread-safe: ends all connections
  bool finished() const { return finished_.load(); }
  const ThreadCounters& counters() const { return state_.counters; }  ///< thread-safe
  /// Thread-safe: whether the last sweep is longer ago than `most`, and the thread has not finished.
  bool stuck_for(Deadlined::Clock::duration most) const;

 private:
  struct Acceptor {
    boost::asio::ip::tcp::acceptor acceptor;
    Plane plane;
    SharedTlsContext tls;
    bool shared = false;  ///< other threads and processes accept from the same socket
  };

  boost::system::result<boost::asio::ip::tcp::endpoint> add(Acceptor acceptor);
  boost::asio::awaitable<void> accept_connections(Acceptor& acceptor);
  void make_room_for_monitor(const boost::asio::ip::address& client);
  void adopt(Accepted accepted, const Acceptor& acceptor);
  boost::asio::awaitable<void> sweep();
  void gather_api_key_uses();
  boost::asio::awaitable<void> leave();
  void stop_accepting();
  void take_waiting(Acceptor& acceptor);
  template <class Visit>
  void for_each_connection(Visit visit);

  boost::asio::io_context context_{1};
  SocketEvents sockets_{context_};
  ThreadState state_;
  std::list<Acceptor> acceptors_;
  DeadlineList connections_;
  DeadlineList monitors_;  ///< the connections of the admin plane
  boost::asio::steady_timer sweep_timer_{context_};
  bool leaving_ = false;   ///< accepts only connections whose handshake has begun
  bool draining_ = false;  ///< accepts nothing
  /// When the last sweep ended, on the steady clock.
  std::atomic<Deadlined::Clock::duration> came_round_{Deadlined::Clock::now().time_since_epoch()};
  std::atomic<bool> finished_{false};
};

}  // namespace tacit::http
