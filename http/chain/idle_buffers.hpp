// The buffers that a thread's connections lend each other. A connection has none while it waits for a request: 5,000
// idle ones would keep 6 KiB each, and freed to malloc most of that would stay with the process.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "crypto/memory/wiped.hpp"

namespace tacit::http {

/// Of one thread. The last one given back is taken first, because it is still in the processor's cache.
class BufferStack {
 public:
  /// As many as connections that are served at once; further ones are freed.
  static constexpr std::size_t most = 64;

  BufferStack() { kept_.reserve(most); }

  /// Of any capacity and as it was given back; an empty one if there is none.
  crypto::WipedBytes take() {
    if (kept_.empty()) return {};
    crypto::WipedBytes taken = std::move(kept_.back());
    kept_.pop_back();
    return taken;
  }
  /// The caller has overwritten its content.
  void give_back(crypto::WipedBytes buffer) {
    if (buffer.capacity() > 0 && kept_.size() < most) kept_.push_back(std::move(buffer));
  }
  std::size_t size() const { return kept_.size(); }

 private:
  std::vector<crypto::WipedBytes> kept_;
};

struct IdleBuffers {
  BufferStack inputs;    ///< each has the size of a resting input (http/io/buffer_sizes.hpp) and contains zeros
  BufferStack messages;  ///< short bodies and answers: empty, with the capacity of the last one
};

}  // namespace tacit::http
