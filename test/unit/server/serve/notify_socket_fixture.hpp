// The service manager's end of its protocol: a datagram socket that keeps the messages.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

namespace tacit::test {

class NotifySocket {
 public:
  /// A path or, if it begins with @, a name in the abstract namespace.
  explicit NotifySocket(std::string name) : name_(std::move(name)), socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name_.data(), name_.size());
    const bool abstract = name_.front() == '@';
    if (abstract) address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size() + (abstract ? 0 : 1));
    void* const raw = &address;
    if (::bind(socket_, static_cast<sockaddr*>(raw), size) != 0) {
      throw std::system_error(errno, std::generic_category(), name_);
    }
  }
  ~NotifySocket() { ::close(socket_); }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  const std::string& name() const { return name_; }

  /// The next message; std::nullopt if none arrives in that time.
  std::optional<std::string> next(std::chrono::milliseconds patience) const {
    const timeval time{patience.count() / 1000, patience.count() % 1000 * 1000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    std::string message(4096, '\0');
    const ssize_t got = ::recv(socket_, message.data(), message.size(), 0);
    if (got < 0) return std::nullopt;
    message.resize(static_cast<std::size_t>(got));
    return message;
  }

 private:
  std::string name_;
  int socket_;
};

}  // namespace tacit::test
