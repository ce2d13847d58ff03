// The server of HTTPS, and of plain HTTP for monitors: io threads that share nothing on the request path, each with
// acceptors of its own (SO_REUSEPORT).
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
  boost::asio::ip::tcp::endpoint endpoint;  ///< port 0: any free one, the same for all threads
  SharedTlsContext tls;                     ///< null: plain HTTP
  /// A socket that listens already and that somebody else keeps open, too; it counts then, not the endpoint. All
  /// threads accept from it. -1: there is none.
  int inherited = -1;
};

struct ServerOptions {
  unsigned threads = 1;
  Timeouts timeouts;
  bool access_log = true;
  std::uint32_t access_log_sample = 1;                    ///< one of so many requests that go well has a line in it
  std::size_t max_connections = default_max_connections;  ///< of each plane
  std::size_t max_connections_per_address = 0;            ///< 0: no limit
  auth::Rate tenant_rate;                                 ///< of requests, for a tenant that has none of its own
  auth::Rate auth_failures;                               ///< of each client address
  auth::Rate issuer_questions;  ///< of a client address: tokens that an issuer is asked about; rate 0: no limit
  Balancers balancers;
  PeerLimits peers;
};

struct ServerError {
  std::string message;
};

class Worker;

class Server {
 public:
  /// Binds and listens; nothing is accepted yet. `services` must outlive the server.
  static boost::system::result<std::unique_ptr<Server>, ServerError> listen(std::vector<Listener> listeners,
                                                                            const ServerOptions& options,
                                                                            const Services& services);
  ~Server();

  /// Starts the threads.
  void start();
  /// Where a plane listens; for port 0, what it became. Port 0 if the plane is not served.
  boost::asio::ip::tcp::endpoint endpoint(Plane plane) const;

  /// The limits among the options count from now on: of connections, for those that come. Thread-safe.
  void change_limits(const ServerOptions& options);

  /// New connections of the plane use this from now on; those that are there go on with what they have, but a client of
  /// the tool plane whose certificate is not good by the new context is refused what it asks next. On one thread.
  void use_certificates(Plane plane, TlsContext tls);
  /// What new connections of the plane use; null if there is none. On that thread.
  SSL_CTX* certificates(Plane plane) const;

  /// How long an io thread may take to come round; after that something blocks it.
  static constexpr std::chrono::seconds stuck_after{5};
  /// An io thread, by its number, that has not come round for longer than that. Thread-safe.
  std::optional<std::size_t> stuck_thread(std::chrono::steady_clock::duration most = stuck_after) const;

  /// Stops accepting, ends idle connections, lets requests finish that have come; those that are still coming, and
  /// answers that nobody takes, for `wind_down_patience` at most. Thread-safe.
  void drain();
  /// Ends all connections now. Thread-safe.
  void abort();
  /// The uses of API keys that are noted and not stored. After the threads have finished they are all there are.
  std::vector<store::ApiKeyUse> take_api_key_uses() { return state_.api_key_uses.take(); }
  /// What requests and answers hold in buffers, and may hold. Thread-safe.
  const BufferBudget& buffers() const { return state_.buffers; }
  /// What all threads have counted so far. Thread-safe.
  void add_counters(ThreadCounters& to) const;
  /// When the certificate that new connections of the plane get is no longer valid, in seconds since 1970; nothing if
  /// the plane is not served. Thread-safe.
  std::optional<std::int64_t> certificate_expiry(Plane plane) const;
  /// Whether every thread has finished, waiting up to `time` for it. Only after drain().
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
