// Clients of a load balancer: some under load, whose changes are checked afterwards, and some that rest.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "test/integration/support/deployment.hpp"

namespace tacit::test {

class BalancedCaller;
class BalancedLoad;

/// A request that could not be sent or that failed.
struct Loss {
  std::string why;
  std::string request_id;
  std::string server;  ///< the name in its certificate; empty if there was no connection
};

/// Connections that are idle while a server is restarted.
class Resting {
 public:
  explicit Resting(const std::vector<std::uint16_t>& ports);
  ~Resting();
  Resting(const Resting&) = delete;
  Resting& operator=(const Resting&) = delete;

  /// After a restart, each connection has been closed in order or still serves a request.
  void ask();
  std::size_t ended() const { return ended_; }

 private:
  std::vector<std::unique_ptr<BalancedCaller>> callers_;
  std::size_t ended_ = 0;
};

/// Clients under load, from two addresses.
class Crowd {
 public:
  Crowd(const Deployment& deployment, const std::vector<std::uint16_t>& ports, int attempts);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void end();

  /// After the end: checks that every acknowledged change is stored. Returns what each client lost.
  std::vector<std::vector<Loss>> check();

 private:
  std::atomic<bool> over_{false};
  std::vector<std::unique_ptr<BalancedLoad>> loads_;
  std::vector<std::thread> threads_;
};

}  // namespace tacit::test
