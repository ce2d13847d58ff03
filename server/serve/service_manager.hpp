// What a service manager (systemd) that started this process is told: the protocol of sd_notify(3), which is one
// datagram with lines NAME=VALUE to the socket that the environment names. Written out here: libsystemd would bring
// five libraries along for it.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tacit::server {

/// Thread-safe. Where no manager asked to be told, telling does nothing; that it cannot be told is no error of the
/// server's.
class ServiceManager {
 public:
  /// Reads NOTIFY_SOCKET, and WATCHDOG_USEC with WATCHDOG_PID, as in process_environment().
  explicit ServiceManager(const std::map<std::string, std::string>& environment);
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  bool listens() const { return descriptor_ >= 0; }
  /// How often `alive` is expected at least; nothing if the manager does not watch.
  std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

  void ready(std::string_view status) const;   ///< it serves; also the end of reloading
  void status(std::string_view status) const;  ///< one line for people
  void alive() const;
  void reloading() const;
  /// It is on its way to its end, which it may take this long to reach.
  void stopping(std::string_view status, std::chrono::seconds most) const;

 private:
  void tell(const std::string& lines) const;

  int descriptor_ = -1;
  std::string address_;  ///< a path, or a name in the abstract namespace after a null byte
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace tacit::server
