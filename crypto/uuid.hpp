// UUIDs (RFC 9562): the form of tenant ids and secret ids.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.hpp"

namespace tacit::crypto {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Uuid&) const = default;
  ByteView view() const { return bytes; }
  /// Lower-case, 8-4-4-4-12.
  std::string str() const;
  /// Writes the 36 characters of str() without allocating.
  void write(char* out) const;
};

/// Reads 8-4-4-4-12 hexadecimal digits in either case, and nothing else.
std::optional<Uuid> parse_uuid(std::string_view text);

/// A version 7 id of the given instant. Ids made by one thread rise strictly even within a millisecond
/// (RFC 9562 section 6.2, method 1, with a counter that starts at random); the rest is random. Thread-safe.
Uuid make_uuid_v7(std::chrono::system_clock::time_point now);

/// A random version 4 id. Thread-safe.
Uuid make_uuid_v4();

}  // namespace tacit::crypto
