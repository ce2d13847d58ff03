// Canonical associated data: the ASCII purpose, then each field as a 4-byte big-endian length and its bytes. Different
// lists of fields give different bytes; so do different purposes, since a purpose is text and the first byte of a
// length is zero (fields are far below 16 MiB).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

/// The fields may contain data that is sealed elsewhere (names), so the bytes are wiped.
inline WipedBytes canonical(std::string_view purpose, std::initializer_list<ByteView> fields) {
  std::size_t size = purpose.size();
  for (const ByteView field : fields) size += 4 + field.size();
  WipedBytes out;
  out.reserve(size);
  out.append(purpose);
  for (const ByteView field : fields) {
    const auto length = static_cast<std::uint32_t>(field.size());
    const std::array<std::uint8_t, 4> prefix = {
        static_cast<std::uint8_t>(length >> 24), static_cast<std::uint8_t>(length >> 16),
        static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
    out.append(ByteView(prefix));
    out.append(field);
  }
  return out;
}

}  // namespace tacit::crypto
