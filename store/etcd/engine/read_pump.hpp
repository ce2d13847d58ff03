// Runs a read from its beginning to its end: asks etcd for what it waits for, round by round, all at the revision of
// the first answer. If etcd has compacted that revision meanwhile, a read that blocks its thread goes on in spite of it
// (store/etcd/engine/long_read.hpp); where that cannot be, and in coroutines, the work starts again.
//
// Tacit's own compaction (store/etcd/room/compactor.hpp) never compacts it: it keeps five minutes, and a read that
// takes longer than some seconds pins its revision. So it is somebody else's, and may go on for ever. A short read is
// repeated many times, because it may end before the next compaction; a long one only some times. Then the read fails,
// and says so in words (store/engine/read_trouble.hpp).
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "store/etcd/engine/read_driver.hpp"

namespace tacit::store::etcd {

/// The steps of a read. For one thread at a time.
class ReadRun {
 public:
  enum class Step : std::uint8_t {
    finished,
    asks,     ///< send `request` and `deliver` its answer
    repeats,  ///< likewise, after a moment
    failed,
  };

  /// Both must outlive this.
  ReadRun(EngineContext& context, const Work& work)
      : context_(context), work_(work), limits_{.ranges = context.ranges_per_read} {}
  ReadRun(const ReadRun&) = delete;
  ReadRun& operator=(const ReadRun&) = delete;

  Step begin();
  ReadTxn request() const { return round_->request(snapshot_->revision()); }
  Step deliver(RpcOutcome<ReadTxnResult> answer);
  /// After Step::failed.
  Errc failure() const { return failure_; }
  /// The same in words; may be empty.
  const std::string& trouble() const { return trouble_; }
  std::int64_t revision() const { return snapshot_->revision(); }
  /// Rises when the work has finished with a page of a long walk.
  std::uint64_t pages() const { return driver_ ? driver_->transaction().pages() : 0; }

 private:
  /// After a compaction.
  Step start_again();
  Step next();
  Step ask_for_less();
  Step fail(Errc failure, std::string trouble = {});
  void keep_copies() const;

  EngineContext& context_;
  const Work& work_;
  RoundLimits limits_;
  Clock::time_point started_{};
  int short_runs_ = 0;                   ///< that a compaction ended
  int long_runs_ = 0;                    ///< likewise
  std::chrono::seconds shortest_run_{};  ///< of all these
  Errc failure_ = Errc::unavailable;
  std::string trouble_;
  std::unique_ptr<ReadSnapshot> snapshot_;
  std::optional<ReadRound> round_;
  std::unique_ptr<ReadDriver> driver_;  ///< last: it uses the snapshot
};

// Neither asks etcd if no majority of its members has answered for some time: then the answer is `unavailable` at once.
/// On this thread. Waits at most `write_deadline` for each answer.
std::optional<Errc> run_read(EngineContext& context, const Work& work);
/// In a coroutine: at most `write_deadline` in all. A walk that releases its rows page by page has it for each page.
boost::asio::awaitable<std::optional<Errc>> run_read_async(EngineContextPtr context, Work work);

}  // namespace tacit::store::etcd
