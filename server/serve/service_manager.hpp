// Notifications to the service manager (systemd) that started this process: the protocol of sd_notify(3), one datagram
// with lines NAME=VALUE to the socket in the environment. Implemented here, because libsystemd depends on five more
// libraries.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tacit::server {

/// Thread-safe. Without a manager, notifications do nothing. A failed notification is not an error of the server.
class ServiceManager {
 public:
  /// Reads NOTIFY_SOCKET, and WATCHDOG_USEC with WATCHDOG_PID, as in process_environment().
  explicit ServiceManager(const std::map<std::string, std::string>& environment);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  bool listens() const { return descriptor_ >= 0; }
  /// Longest interval between calls of `alive`; std::nullopt if the manager has no watchdog.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

  void ready(std::string_view status) const;   ///< the server serves, or has finished a reload
  void status(std::string_view status) const;  ///< one line for people
  void alive() const;
  void reloading() const;
  /// The server is stopping, which may take up to `most`.
  void stopping(std::string_view status, std::chrono::seconds most) const;

 private:
  void tell(const std::string& lines) const;

  int descriptor_ = -1;
  std::string address_;  ///< a path, or a name in the abstract namespace after a null byte
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace tacit::server
