// Big-endian fields in sequence: the encoding of every row in this folder.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "crypto/memory/bytes.hpp"

namespace tacit::store {

/// Appends fields to any buffer with append(view), or with resize() and data().
template <class Buffer>
class Encoder {
 public:
  explicit Encoder(Buffer& out) : out_(out) {}

  template <class Unsigned>
  void number(Unsigned value) {
    std::array<std::uint8_t, sizeof(Unsigned)> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(value >> (8 * (bytes.size() - 1 - i)));
    }
    raw(bytes);
  }
  void u8(std::uint8_t value) { raw({&value, 1}); }
  void u16(std::uint16_t value) { number(value); }
  void u32(std::uint32_t value) { number(value); }
  void u64(std::uint64_t value) { number(value); }
  /// Instants: two's complement.
  void i64(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void raw(crypto::ByteView bytes) {
    if constexpr (requires { out_.append(bytes); }) {
      out_.append(bytes);
    } else {
      const std::size_t before = out_.size();
      out_.resize(before + bytes.size());
      if (!bytes.empty()) std::memcpy(out_.data() + before, bytes.data(), bytes.size());
    }
  }
  /// A 4-byte length, then the bytes.
  void text(std::string_view text) {
    u32(static_cast<std::uint32_t>(text.size()));
    raw(crypto::as_bytes(text));
  }

 private:
  Buffer& out_;
};

/// Reads fields from the front of a stored row. After a missing field, every later field is empty and `ok` is false.
class Decoder {
 public:
  explicit Decoder(crypto::ByteView bytes) : rest_(bytes) {}

  template <class Unsigned>
  Unsigned number() {
    const crypto::ByteView bytes = raw(sizeof(Unsigned));
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    return static_cast<Unsigned>(value);
  }
  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  crypto::ByteView raw(std::size_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const crypto::ByteView field = rest_.first(size);
    rest_ = rest_.subspan(size);
    return field;
  }
  template <std::size_t N>
  void into(std::array<std::uint8_t, N>& out) {
    const crypto::ByteView field = raw(N);
    if (field.size() == N) std::memcpy(out.data(), field.data(), N);
  }
  std::string_view text() {
    const std::size_t size = u32();
    return crypto::as_text(raw(size));
  }
  crypto::ByteView rest() const { return rest_; }
  bool ok() const { return ok_; }
  /// Whether every field was present and nothing is left.
  bool done() const { return ok_ && rest_.empty(); }

 private:
  crypto::ByteView rest_;
  bool ok_ = true;
};

}  // namespace tacit::store
