#include "crypto/memory/wiped.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include <openssl/crypto.h>
#include <string.h>  // explicit_bzero

namespace tacit::crypto {
namespace {

constexpr std::size_t smallest_block = 64;

std::uint8_t* allocate(std::size_t size) { return static_cast<std::uint8_t*>(::operator new(size)); }

void copy_bytes(std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
  // memcpy must not receive the null pointer of an empty view, even for no bytes.
  if (size != 0) std::memcpy(to, from, size);
}

}  // namespace

// glibc's explicit_bzero: as reliable as OPENSSL_cleanse, and many times faster on the 16 KiB buffers of TLS. It must
// not receive the null pointer of an empty view.
void wipe(void* data, std::size_t size) noexcept {
  if (size != 0) explicit_bzero(data, size);
}

// Not inlined: its frame must overlap the frames of the previous calls, without a sanitizer's gaps in it.
[[gnu::noinline, gnu::no_sanitize_address]] void burn_stack() noexcept {
  std::uint8_t frame[16 * 1024];
  wipe(frame, sizeof frame);
}

WipedBytes::WipedBytes(std::size_t size) { resize(size); }

WipedBytes::WipedBytes(ByteView content) {
  if (content.empty()) return;
  data_ = allocate(content.size());
  capacity_ = size_ = content.size();
  copy_bytes(data_, content.data(), content.size());
}

WipedBytes::WipedBytes(WipedBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

WipedBytes& WipedBytes::operator=(WipedBytes&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

WipedBytes::~WipedBytes() { release(); }

void WipedBytes::release() noexcept {
  if (data_ == nullptr) return;
  wipe(data_, capacity_);
  ::operator delete(data_);
  data_ = nullptr;
  size_ = capacity_ = 0;
}

void WipedBytes::append(ByteView more) {
  if (more.size() <= capacity_ - size_) {
    copy_bytes(data_ + size_, more.data(), more.size());
    size_ += more.size();
    return;
  }
  // `more` may be a part of this buffer, so the old block is freed only after both were copied.
  WipedBytes grown;
  grown.reserve(std::max(size_ + more.size(), 2 * capacity_));
  copy_bytes(grown.data_, data_, size_);
  copy_bytes(grown.data_ + size_, more.data(), more.size());
  grown.size_ = size_ + more.size();
  *this = std::move(grown);
}

void WipedBytes::push_back(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  append(ByteView(&byte, 1));
}

void WipedBytes::resize(std::size_t size) {
  if (size < size_) {
    wipe(data_ + size, size_ - size);
  } else if (size > size_) {
    if (size > capacity_) reserve(std::max(size, 2 * capacity_));
    std::memset(data_ + size_, 0, size - size_);
  }
  size_ = size;
}

void WipedBytes::reserve(std::size_t size) {
  if (size <= capacity_) return;
  const std::size_t capacity = std::max(size, smallest_block);
  std::uint8_t* block = allocate(capacity);
  copy_bytes(block, data_, size_);
  const std::size_t kept = size_;
  release();
  data_ = block;
  size_ = kept;
  capacity_ = capacity;
}

// What is behind the size was overwritten when the size became smaller, or never written.
void WipedBytes::clear() noexcept {
  wipe(data_, size_);
  size_ = 0;
}

bool equal_constant_time(ByteView a, ByteView b) noexcept {
  if (a.size() != b.size()) return false;
  return a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace tacit::crypto
