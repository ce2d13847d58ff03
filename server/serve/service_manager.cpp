#include "server/serve/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>

namespace tacit::server {
namespace {

using Environment = std::map<std::string, std::string>;

std::optional<std::uint64_t> number_of(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  if (found == environment.end()) return std::nullopt;
  const std::string& text = found->second;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::chrono::microseconds> watchdog_of(const Environment& environment) {
  const auto interval = number_of(environment, "WATCHDOG_USEC");
  if (!interval || *interval == 0 || *interval > std::uint64_t{1} << 50) return std::nullopt;
  // The variables are inherited and may be meant for another process.
  const auto pid = number_of(environment, "WATCHDOG_PID");
  if (pid && *pid != static_cast<std::uint64_t>(::getpid())) return std::nullopt;
  return std::chrono::microseconds(*interval);
}

std::string address_of(const Environment& environment) {
  const auto found = environment.find("NOTIFY_SOCKET");
  if (found == environment.end()) return {};
  std::string address = found->second;
  if (address.size() < 2 || address.size() >= sizeof(sockaddr_un::sun_path)) return {};
  if (address.front() != '/' && address.front() != '@') return {};
  if (address.front() == '@') address.front() = '\0';
  return address;
}

/// CLOCK_MONOTONIC, which the manager compares with the time of its reload request.
std::uint64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

/// Replaces line breaks, which would begin another assignment.
std::string status_line(std::string_view status) {
  std::string line = "STATUS=" + std::string(status);
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return line;
}

}  // namespace

ServiceManager::ServiceManager(const Environment& environment)
    : address_(address_of(environment)), watchdog_(watchdog_of(environment)) {
  if (!address_.empty()) descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (!listens()) watchdog_.reset();
}

ServiceManager::~ServiceManager() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void ServiceManager::tell(const std::string& lines) const {
  if (!listens()) return;
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, address_.data(), address_.size());
  // A path ends with a null byte. A name in the abstract namespace does not; the length determines its end.
  const std::size_t length = offsetof(sockaddr_un, sun_path) + address_.size() + (address_.front() == '/' ? 1 : 0);
  const void* const address = &name;
  static_cast<void>(::sendto(descriptor_, lines.data(), lines.size(), MSG_NOSIGNAL,
                             static_cast<const sockaddr*>(address), static_cast<socklen_t>(length)));
}

void ServiceManager::ready(std::string_view status) const { tell("READY=1\n" + status_line(status)); }

void ServiceManager::status(std::string_view status) const { tell(status_line(status)); }

void ServiceManager::alive() const { tell("WATCHDOG=1"); }

void ServiceManager::reloading() const {
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_microseconds()) + "\nSTATUS=reloading");
}

void ServiceManager::stopping(std::string_view status, std::chrono::seconds most) const {
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(most).count();
  tell("STOPPING=1\n" + status_line(status) + "\nEXTEND_TIMEOUT_USEC=" + std::to_string(microseconds));
}

}  // namespace tacit::server
