// Memory for secrets: overwritten before it is freed, on every path.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "crypto/memory/bytes.hpp"

namespace tacit::crypto {

/// Overwrites memory in a way that the compiler cannot optimise away.
void wipe(void* data, std::size_t size) noexcept;

/// Overwrites the part of this thread's stack that the last calls used (16 KiB below the caller), where parsers and
/// ciphers leave copies of their data. Call after secrets were processed.
void burn_stack() noexcept;

/// A fixed number of secret bytes. Moving leaves zeros; copying is explicit, by `clone`.
template <std::size_t N>
class WipedArray {
 public:
  WipedArray() = default;
  WipedArray(const WipedArray&) = delete;
  WipedArray& operator=(const WipedArray&) = delete;
  WipedArray(WipedArray&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_.data(), N); }
  WipedArray& operator=(WipedArray&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_.data(), N);
    }
    return *this;
  }
  ~WipedArray() { wipe(bytes_.data(), N); }

  WipedArray clone() const {
    WipedArray copy;
    copy.bytes_ = bytes_;
    return copy;
  }
  std::uint8_t* data() { return bytes_.data(); }
  const std::uint8_t* data() const { return bytes_.data(); }
  static constexpr std::size_t size() { return N; }
  ByteView view() const { return {bytes_.data(), N}; }
  std::span<std::uint8_t> span() { return {bytes_.data(), N}; }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

/// A growing buffer of secret bytes. Overwrites every block before freeing it (growth, move assignment, destruction).
class WipedBytes {
 public:
  WipedBytes() = default;
  explicit WipedBytes(std::size_t size);  ///< zero-filled
  explicit WipedBytes(ByteView content);
  WipedBytes(const WipedBytes&) = delete;
  WipedBytes& operator=(const WipedBytes&) = delete;
  WipedBytes(WipedBytes&& other) noexcept;
  WipedBytes& operator=(WipedBytes&& other) noexcept;
  ~WipedBytes();

  void append(ByteView more);
  void append(std::string_view more) { append(as_bytes(more)); }
  void push_back(char c);
  void resize(std::size_t size);  ///< new bytes are zero; dropped bytes are overwritten
  void reserve(std::size_t size);
  void clear() noexcept;  ///< overwrites, keeps the capacity

  std::uint8_t* data() { return data_; }
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  ByteView view() const { return {data_, size_}; }
  std::span<std::uint8_t> span() { return {data_, size_}; }
  std::string_view text() const { return as_text(view()); }

 private:
  void release() noexcept;

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Compares in time that depends only on the lengths.
bool equal_constant_time(ByteView a, ByteView b) noexcept;

}  // namespace tacit::crypto
