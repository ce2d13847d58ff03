// One thread of the load generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "test/bench/load/connection.hpp"
#include "test/bench/load/latencies.hpp"
#include "test/bench/load/requests.hpp"

namespace tacit::bench {

struct LoadOptions {
  enum class Mode : std::uint8_t {
    closed,      ///< each connection sends its next request when it has the answer
    rate,        ///< requests are due at a constant rate, however long answers take
    handshakes,  ///< each connection is closed after its handshake, and made again
    idle,        ///< one request on each connection; then they stay open until standard input ends
  };
  Mode mode = Mode::closed;
  std::string host;  ///< with the port
  sockaddr_in address{};
  std::string requests;
  Requests::Order order = Requests::Order::cycle;
  std::string certificate;
  std::size_t connections = 1;
  unsigned threads = 1;
  double seconds = 1;
  std::uint64_t most = 0;  ///< requests in all; 0: as many as the time allows
  double rate = 0;         ///< requests per second, in all
  bool resume = false;     ///< handshakes resume a session
};

struct LoadResult {
  std::uint64_t answered = 0;  ///< 2xx
  std::uint64_t refused = 0;   ///< 429 and 503
  std::uint64_t failed = 0;    ///< other answers, and broken connections
  std::uint64_t resumed = 0;   ///< handshakes that resumed
  std::uint64_t unsent = 0;    ///< due, but never sent
  int unexpected = 0;          ///< the last status that was neither
  double elapsed = 0;
  Latencies times{};     ///< of 2xx: at a rate since they were due, else since they were sent
  Latencies refusals{};  ///< of 429 and 503, since they were sent
};

/// Runs a thread's share of a load to its end.
class Worker {
 public:
  Worker(const LoadOptions& options, unsigned thread);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Opens the connections; throws std::runtime_error if one fails. Handshakes open none.
  void connect();
  /// Makes the load until its time is over and its answers are there.
  LoadResult run();

 private:
  void wait(std::int64_t until);
  void handle(Connection& connection, Connection::Event event);
  void answered(Connection& connection);
  void next_request(Connection& connection);
  void send(Connection& connection, std::int64_t due);
  void again(Connection& connection);
  void send_due();
  void get_session();
  bool may_send() const;
  void offer(Connection& connection);
  static int keep_session(SSL* ssl, SSL_SESSION* session);

  const LoadOptions& options_;
  unsigned thread_;
  int epoll_;
  SslContextPtr context_;
  SessionPtr session_;  ///< to resume; a server may resume one several times
  std::unique_ptr<Requests> requests_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;  ///< at a rate: connections without a request
  std::deque<std::int64_t> due_;   ///< requests that wait for a connection
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  std::int64_t next_due_ = 0;
  std::uint64_t made_ = 0;
  std::uint64_t most_ = 0;
  std::size_t open_ = 0;       ///< connections that are ready
  std::size_t in_flight_ = 0;  ///< requests, or handshakes
  bool running_ = false;
  bool exhausted_ = false;  ///< there are no more requests
  LoadResult result_;
};

}  // namespace tacit::bench
