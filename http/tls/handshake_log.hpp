// Limits the log lines of refused handshakes: at most one per second for each address and reason, and a total rate that
// cannot fill a disk.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "crypto/time/at_most_every.hpp"

namespace tacit::http {

/// Thread-safe. Takes a fixed amount of memory.
class HandshakeLog {
 public:
  using Clock = std::chrono::steady_clock;
  /// Lines per second for all addresses.
  static constexpr std::uint32_t most_lines = 50;

  /// If this refusal may be logged: the number of unlogged refusals of the address (for IPv6 the /64) and reason since
  /// the last line; else std::nullopt.
  std::optional<std::uint32_t> admit(const boost::asio::ip::address& address, std::string_view reason,
                                     Clock::time_point now);

 private:
  struct Entry {
    std::uint64_t key = 0;
    Clock::time_point logged{};
    std::uint32_t left_out = 0;
  };
  static constexpr std::chrono::seconds interval{1};
  static constexpr std::size_t ways = 4;
  static constexpr std::size_t sets = 256;

  std::mutex mutex_;
  std::array<Entry, ways * sets> entries_{};
  crypto::AtMostEvery seconds_{interval};
  std::uint32_t lines_ = 0;
};

}  // namespace tacit::http
