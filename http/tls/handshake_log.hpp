// Which refused handshakes have a line in the log: of each address and reason one a second at most, and of all not so
// many that they fill a disk.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

namespace tacit::http {

/// Thread-safe. Takes a fixed amount of memory, however many clients connect.
class HandshakeLog {
 public:
  using Clock = std::chrono::steady_clock;
  /// Lines a second, of all addresses.
  static constexpr std::uint32_t most_lines = 50;

  /// How many refusals of that address (of IPv6 a /64) and reason had no line since its last one, if this one may have
  /// one; else nothing.
  std::optional<std::uint32_t> admit(const boost::asio::ip::address& address, std::string_view reason,
                                     Clock::time_point now);

 private:
  struct Entry {
    std::uint64_t key = 0;
    Clock::time_point logged{};
    std::uint32_t left_out = 0;
  };
  static constexpr std::size_t ways = 4;
  static constexpr std::size_t sets = 256;

  std::mutex mutex_;
  std::array<Entry, ways * sets> entries_{};
  Clock::time_point second_{};
  std::uint32_t lines_ = 0;
};

}  // namespace tacit::http
