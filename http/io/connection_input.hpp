// The bytes that a connection has received and still needs: perhaps a whole request and the beginning of the next ones.
// No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "crypto/memory/bytes.hpp"
#include "crypto/memory/wiped.hpp"
#include "http/chain/idle_buffers.hpp"
#include "http/io/buffer_sizes.hpp"

namespace tacit::http {

/// Reused from one request to the next. From the front: the bytes that the current request has taken (its head, and
/// what came of its body), then the bytes it has not taken, then free room. It takes memory from its thread when bytes
/// are about to come.
class ConnectionInput {
 public:
  static constexpr std::size_t first_size = buffer_size_kept_at_rest;

  /// `idle`, of the thread, must outlive it.
  explicit ConnectionInput(BufferStack& idle) : idle_(idle) {}

  /// All received bytes, taken or not.
  std::string_view received() const { return {reinterpret_cast<const char*>(bytes_.data()), filled_}; }
  /// The free room for received bytes; call add() after writing there. Not empty if nothing was received.
  std::span<std::uint8_t> room() {
    if (bytes_.empty()) borrow();
    return bytes_.span().subspan(filled_);
  }
  void add(std::size_t size) { filled_ += size; }

  /// The head of the current request, which has `size` bytes.
  std::span<std::uint8_t> head(std::size_t size) { return bytes_.span().first(size); }
  /// Adds `size` bytes to those that the current request has taken.
  void take(std::size_t size) { taken_ += size; }
  void take_all() { taken_ = filled_; }
  crypto::ByteView untaken() const { return bytes_.view().subspan(taken_, filled_ - taken_); }
  std::size_t taken() const { return taken_; }
  /// Overwrites everything from `place` on, which lies within the taken bytes, and makes it free room.
  void drop_from(std::size_t place);

  /// Removes an empty line from the front. False if there is none.
  bool skip_empty_line();

  std::size_t size() const { return bytes_.size(); }
  /// Grows to exactly this size, which must be larger than before. Invalidates views of the received bytes.
  void grow(std::size_t size);
  /// Bytes of the buffer beyond the initial size.
  std::size_t extra_memory() const { return bytes_.capacity() > first_size ? bytes_.capacity() - first_size : 0; }

  /// After a request: overwrites the bytes that it has taken, and moves the following ones to the front.
  void forget_request();
  /// Before waiting for the next request: gives back a buffer of the initial size in which nothing is left.
  void rest();
  /// Frees memory. Only while empty.
  void shrink();

 private:
  void borrow();

  BufferStack& idle_;
  crypto::WipedBytes bytes_;
  std::size_t filled_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace tacit::http
