// The bytes that a connection has received and not yet done with: perhaps a whole request and the begin of the next
// ones. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "crypto/bytes.hpp"
#include "crypto/wiped.hpp"

namespace tacit::http {

/// Used again from one request to the next. From the front: what the request that is served has taken (its head, what
/// came of its body), then what it has not taken, then room.
class ConnectionInput {
 public:
  static constexpr std::size_t first_size = 4 * 1024;

  ConnectionInput() : bytes_(first_size) {}

  bool empty() const { return filled_ == 0; }
  bool full() const { return filled_ == bytes_.size(); }
  /// All that has come, taken or not.
  std::string_view received() const { return {reinterpret_cast<const char*>(bytes_.data()), filled_}; }
  /// Where to put what comes; then call add().
  std::span<std::uint8_t> room() { return bytes_.span().subspan(filled_); }
  void add(std::size_t size) { filled_ += size; }

  /// The head of the request that is served, of which it is known how long it is.
  std::span<std::uint8_t> head(std::size_t size) { return bytes_.span().first(size); }
  std::string_view head_text(std::size_t size) const { return received().substr(0, size); }
  /// So many more bytes belong to the request that is served.
  void take(std::size_t size) { taken_ += size; }
  void take_all() { taken_ = filled_; }
  crypto::ByteView untaken() const { return bytes_.view().subspan(taken_, filled_ - taken_); }
  std::size_t taken() const { return taken_; }
  /// Overwrites all from there on, a place in what was taken: there is room again.
  void drop_from(std::size_t place);

  /// Takes an empty line off the front. False if there is none.
  bool skip_empty_line();

  std::size_t size() const { return bytes_.size(); }
  /// Of exactly that size, which is larger than before. Moves what has come: views of it are void.
  void grow(std::size_t size);
  /// Bytes that the buffer holds beyond what every connection has.
  std::size_t extra_memory() const { return bytes_.capacity() - first_size; }

  /// The request was served: overwrites what it has taken, and moves what follows to the front.
  void forget_request();
  /// Gives memory back. Only while empty.
  void shrink();

 private:
  crypto::WipedBytes bytes_;
  std::size_t filled_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace tacit::http
