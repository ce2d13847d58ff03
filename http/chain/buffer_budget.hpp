// The memory that requests and answers use for buffers, over all connections of the process.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "http/chain/peer_limits.hpp"

namespace tacit::http {

/// The part of the limit up to which memory may be taken, in eighths. Clients without a credential must not take the
/// memory of those with one, and the API must not take that of the tool plane.
enum class BufferShare : std::uint8_t { api_heads = 4, api = 6, tools = 8 };

/// One for the whole server; thread-safe.
class BufferBudget {
 public:
  void set_limit(std::size_t bytes) { limit_ = static_cast<std::int64_t>(bytes); }  ///< before the first use
  std::size_t limit() const { return static_cast<std::size_t>(limit_); }
  /// The memory in use, without what threads have not reported yet.
  std::size_t used() const {
    const std::int64_t used = used_.load(std::memory_order_relaxed);
    return used > 0 ? static_cast<std::size_t>(used) : 0;
  }

 private:
  friend class BufferAccount;
  std::atomic<std::int64_t> used_{0};
  std::int64_t limit_ = static_cast<std::int64_t>(PeerLimits{}.buffer_memory);
};

/// A thread's account with the budget. Small amounts stay here, so that small requests touch no memory that threads
/// share.
class BufferAccount {
 public:
  /// The most that a thread may leave unreported, in either direction.
  static constexpr std::int64_t untold_most = 64 * 1024;

  explicit BufferAccount(BufferBudget& budget) : budget_(budget) {}
  BufferAccount(const BufferAccount&) = delete;
  BufferAccount& operator=(const BufferAccount&) = delete;
  ~BufferAccount() { tell(); }

  void add(std::int64_t bytes) {
    untold_ += bytes;
    if (untold_ > untold_most || untold_ < -untold_most) tell();
  }
  /// Whether `bytes` more would exceed this share of the limit.
  bool lacks(std::size_t bytes, BufferShare share) const {
    const std::int64_t limit = budget_.limit_ / 8 * static_cast<std::int64_t>(share);
    return budget_.used_.load(std::memory_order_relaxed) + untold_ + static_cast<std::int64_t>(bytes) > limit;
  }

 private:
  void tell() {
    budget_.used_.fetch_add(untold_, std::memory_order_relaxed);
    untold_ = 0;
  }

  BufferBudget& budget_;
  std::int64_t untold_ = 0;
};

/// The memory that one connection charges to an account.
class BufferCharge {
 public:
  explicit BufferCharge(BufferAccount& account) : account_(account) {}
  BufferCharge(const BufferCharge&) = delete;
  BufferCharge& operator=(const BufferCharge&) = delete;
  ~BufferCharge() { set(0); }

  /// Sets the connection's memory in use.
  void set(std::size_t bytes) {
    if (bytes == held_) return;
    account_.add(static_cast<std::int64_t>(bytes) - static_cast<std::int64_t>(held_));
    held_ = bytes;
  }

 private:
  BufferAccount& account_;
  std::size_t held_ = 0;
};

}  // namespace tacit::http
