#include "http/tls/handshake_log.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <string>

namespace tacit::http {
namespace {

/// Never 0, which marks an empty entry.
std::uint64_t key_of(const boost::asio::ip::address& address, std::string_view reason) {
  std::string text(reason);
  if (address.is_v4()) {
    for (const auto byte : address.to_v4().to_bytes()) text += static_cast<char>(byte);
  } else {
    const auto bytes = address.to_v6().to_bytes();
    for (std::size_t i = 0; i < 8; ++i) text += static_cast<char>(bytes[i]);
  }
  return std::hash<std::string>()(text) | 1U;
}

}  // namespace

std::optional<std::uint32_t> HandshakeLog::admit(const boost::asio::ip::address& address, std::string_view reason,
                                                 Clock::time_point now) {
  const std::uint64_t key = key_of(address, reason);
  const std::lock_guard lock(mutex_);
  if (seconds_.admit(now)) lines_ = 0;
  const std::span<Entry> set = std::span(entries_).subspan((key >> 1U) % sets * ways, ways);
  auto entry = std::ranges::find(set, key, &Entry::key);
  const bool known = entry != set.end();
  if (!known) entry = std::ranges::min_element(set, {}, &Entry::logged);
  const bool recent = entry->key != 0 && now - entry->logged < interval;
  // An entry that was logged within the second stays, or it would be logged twice in that second.
  if (recent || lines_ >= most_lines) {
    if (known) ++entry->left_out;
    return std::nullopt;
  }
  ++lines_;
  const std::uint32_t left_out = known ? entry->left_out : 0;
  *entry = {key, now, 0};
  return left_out;
}

}  // namespace tacit::http
