// The server for HTTPS, and for plain HTTP on the admin plane: io threads that share nothing on the request path, each
// with its own acceptors (SO_REUSEPORT).
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "http/chain/thread_state.hpp"
#include "http/tls/tls_context.hpp"

namespace tacit::http {

struct Listener {
  Plane plane;
  boost::asio::ip::tcp::endpoint endpoint;  ///< port 0: a free port, the same for all threads
  SharedTlsContext tls;                     ///< null: plain HTTP
  /// A listening socket that another process keeps open, too. It replaces the endpoint, and all threads accept from it.
  /// -1: none.
  int inherited = -1;
};

/// The caller sets all members: the defaults stand in server/config/settings_table_*.cpp.
struct ServerOptions {
  unsigned threads = 0;  ///< at least 1
  Timeouts timeouts;
  bool access_log = false;
  std::uint32_t access_log_sample = 0;          ///< one in so many successful requests is logged; at least 1
  std::size_t max_connections = 0;              ///< of each plane
  std::size_t max_connections_per_address = 0;  ///< 0: no limit
  auth::Rate tenant_rate;                       ///< of requests, for a tenant without its own rate
  auth::Rate auth_failures;                     ///< of each client address
  auth::Rate issuer_questions;  ///< of each client address: tokens that need a query to an issuer; 0: no limit
  Balancers balancers;
  PeerLimits peers;
};

struct ServerError {
  std::string message;
};

class Worker;

class Server {
 public:
  /// Binds and listens, but accepts nothing yet. `services` must outlive the server.
  static boost::system::result<std::unique_ptr<Server>, ServerError> listen(std::vector<Listener> listeners,
                                                                            const ServerOptions& options,
                                                                            const Services& services);
  ~Server();

  /// Starts the threads.
  void start();
  /// Where a plane listens, with the actual port. Port 0 if the plane is not served.
  boost::asio::ip::tcp::endpoint endpoint(Plane plane) const;

  /// Applies the limits among the options; those of connections affect only new ones. Thread-safe.
  void change_limits(const ServerOptions& options);

  /// New connections of the plane use this context from now on. Existing ones keep theirs, but the next request of a
  /// tool plane's client whose certificate is not valid under the new context is refused. Call it on one thread only.
  void use_certificates(Plane plane, TlsContext tls);
  /// The context for new connections of the plane; null if there is none. Call it on the same thread.
  SSL_CTX* certificates(Plane plane) const;

  /// The longest time between two sweeps of an io thread; after it the thread is considered blocked.
  static constexpr std::chrono::seconds stuck_after{5};
  /// The number of an io thread without a sweep for longer than `most`, if any. Thread-safe.
  std::optional<std::size_t> stuck_thread(std::chrono::steady_clock::duration most = stuck_after) const;

  /// Stops accepting, ends idle connections, and lets received requests finish. Waits `wind_down_patience` at most for
  /// incomplete requests and for answers that clients do not take. Thread-safe.
  void drain();
  /// Ends all connections now. Thread-safe.
  void abort();
  /// The recorded uses of API keys that are not yet stored. Complete once the threads have finished.
  std::vector<store::ApiKeyUse> take_api_key_uses() { return state_.api_key_uses.take(); }
  /// The memory that requests and answers use for buffers, and its limit. Thread-safe.
  const BufferBudget& buffers() const { return state_.buffers; }
  /// Adds what all threads have counted so far. Thread-safe.
  void add_counters(ThreadCounters& to) const;
  /// When the plane's current certificate expires, in seconds since 1970; nullopt if it is unknown or the plane is not
  /// served. Thread-safe.
  std::optional<std::int64_t> certificate_expiry(Plane plane) const;
  /// Waits up to `time` for all threads, and returns whether they have finished. Only after drain().
  bool finished_within(std::chrono::steady_clock::duration time);

 private:
  Server(std::vector<Listener> listeners, const ServerOptions& options, const Services& services);
  void note_expiry(Plane plane, SSL_CTX* tls);

  std::vector<Listener> listeners_;
  std::array<std::atomic<std::int64_t>, planes.size()> expiry_{};  ///< of each plane's certificate; 0: not known
  ServerState state_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace tacit::http
