// The figures of LMDB's free list for requests (`/readyz`, `/metrics`) and for entries of refusals.
//
// After a long snapshot the list has a row for each commit, up to millions, and a walk over it takes 50 ms and more. A
// short list is counted by the caller, in less than a millisecond. A long one is counted by a thread of its own, in
// parts with pauses between them: at most once a second, and then for at most a tenth of the time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

#include "crypto/memory/published.hpp"
#include "store/lmdb/environment/free_list.hpp"

namespace tacit::store {

class LmdbEnv;
class ScrubMemory;

/// Public functions are for any thread.
class FreeListWatch {
 public:
  /// How long a list may be before it is counted in the background. More than MapRoom::enough_pinned: the rows that are
  /// counted at once then have more pages than the reserve of any map.
  struct Short {
    std::uint64_t rows = 8448;           ///< for `pages`: takes about 0.4 ms
    std::uint64_t scrubbed_rows = 1024;  ///< for `pages_to_scrub`; a long row counts once for each of its pages
  };

  /// `memory` may be null; then the pages to scrub are not asked for. Both must outlive this object.
  FreeListWatch(const LmdbEnv& env, const ScrubMemory* memory, const Short& at_once);
  ~FreeListWatch();
  FreeListWatch(const FreeListWatch&) = delete;
  FreeListWatch& operator=(const FreeListWatch&) = delete;

  /// Of a short list: as of the newest commit. Of a long one: as of the last count, which is as old as a second or ten
  /// times the duration of a count, whichever is longer. Until the first count is over: of the first rows only.
  FreePages pages();
  /// As pages_to_scrub (store/lmdb/scrub/scrub_waiting.hpp), with the same age. Before the first count 0.
  std::uint64_t pages_to_scrub();

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void count_pages();
  void count_waiting();
  /// Between two parts of a count. False: the thread ends.
  bool rest();
  void wake(std::atomic<bool>& is_long);

  const LmdbEnv& env_;
  const ScrubMemory* const memory_;
  const Short at_once_;
  std::atomic<bool> pages_long_{false};    ///< `pages` answers with counted_; set under mutex_
  std::atomic<bool> waiting_long_{false};  ///< likewise, `pages_to_scrub`
  crypto::Published<FreePages> counted_;
  std::atomic<std::uint64_t> waiting_{0};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;  ///< under mutex_
  std::thread thread_;   ///< last: it uses all of the above
};

}  // namespace tacit::store
