#include "http/io/connection_input.hpp"

#include <cstring>
#include <utility>

namespace tacit::http {

void ConnectionInput::drop_from(std::size_t place) {
  crypto::wipe(bytes_.data() + place, filled_ - place);
  filled_ = taken_ = place;
}

bool ConnectionInput::skip_empty_line() {
  if (filled_ < 2 || bytes_.data()[0] != '\r' || bytes_.data()[1] != '\n') return false;
  filled_ -= 2;
  std::memmove(bytes_.data(), bytes_.data() + 2, filled_);
  crypto::wipe(bytes_.data() + filled_, 2);
  return true;
}

void ConnectionInput::grow(std::size_t size) {
  bytes_.reserve(size);  // growing by itself would double the block
  bytes_.resize(size);
}

void ConnectionInput::forget_request() {
  const std::size_t rest = filled_ - taken_;
  if (rest > 0) std::memmove(bytes_.data(), bytes_.data() + taken_, rest);
  crypto::wipe(bytes_.data() + rest, filled_ - rest);
  filled_ = rest;
  taken_ = 0;
  if (bytes_.capacity() <= buffer_size_kept_after_message || rest > first_size) return;
  crypto::WipedBytes smaller(first_size);
  if (rest > 0) std::memcpy(smaller.data(), bytes_.data(), rest);
  bytes_ = std::move(smaller);
}

void ConnectionInput::borrow() {
  bytes_ = idle_.take();
  if (bytes_.empty()) bytes_ = crypto::WipedBytes(first_size);
}

void ConnectionInput::rest() {
  if (filled_ == 0 && bytes_.size() == first_size) idle_.give_back(std::move(bytes_));
}

void ConnectionInput::shrink() {
  if (bytes_.capacity() > first_size) bytes_ = crypto::WipedBytes();
  rest();
}

}  // namespace tacit::http
