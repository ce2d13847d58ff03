// Tells the service manager that the server is alive, as long as it is.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "server/serve/service_manager.hpp"

namespace tacit::server {

/// Asks `trouble` now and then, on a thread of its own: nothing if all that must move moves, else what does not, in
/// words; what it throws is trouble, too. While there is trouble the manager hears of it as the status, and its
/// watchdog hears nothing, so that it ends a server that stays so. Does nothing where no manager listens.
class Watchdog {
 public:
  using Trouble = std::function<std::optional<std::string>()>;

  Watchdog(const ServiceManager& manager, std::string healthy_status, Trouble trouble);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// From now on the status is somebody else's to tell.
  void keep_status();

 private:
  void run();
  std::optional<std::string> ask() const;
  void look();

  const ServiceManager& manager_;
  const std::string healthy_status_;
  const Trouble trouble_;
  const std::chrono::microseconds interval_;
  std::string told_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  bool tells_status_ = true;
  bool in_trouble_ = false;
  std::thread thread_;
};

}  // namespace tacit::server
