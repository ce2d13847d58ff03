// UUIDs (RFC 9562): tenant ids and secret ids.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/memory/bytes.hpp"

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

/// Reads 8-4-4-4-12 hexadecimal digits in either case; std::nullopt for any other text.
std::optional<Uuid> parse_uuid(std::string_view text);

/// A version 7 id of the given instant. Ids made by one thread are strictly ascending even within a millisecond (RFC
/// 9562 section 6.2, method 1, with a counter that starts at random); the rest is random. Thread-safe.
Uuid make_uuid_v7(std::chrono::system_clock::time_point now);

/// A random version 4 id. Thread-safe.
Uuid make_uuid_v4();

/// The namespace of names that are URLs (RFC 9562 section 6.6).
inline constexpr Uuid uuid_namespace_url{
    {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};

/// The version 5 id of a name in a namespace (RFC 9562 section 5.5): deterministic. Thread-safe.
Uuid make_uuid_v5(const Uuid& name_space, std::string_view name);

}  // namespace tacit::crypto
