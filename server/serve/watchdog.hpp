// Sends the watchdog messages to the service manager while the server makes progress.
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

/// Calls `trouble` at intervals on its own thread. `trouble` returns std::nullopt if the server makes progress, else a
/// description of what is stuck; an exception counts as trouble. During trouble the manager gets the description as the
/// status and no watchdog message, so that it ends a server that stays stuck. Does nothing without a manager.
class Watchdog {
 public:
  using Trouble = std::function<std::optional<std::string>()>;

  Watchdog(const ServiceManager& manager, std::string healthy_status, Trouble trouble);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Stops sending the status, because another object sends it from now on.
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
