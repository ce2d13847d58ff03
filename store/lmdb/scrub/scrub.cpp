#include "store/lmdb/scrub/scrub.hpp"

#include <lmdb.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>

#include "store/lmdb/environment/free_list.hpp"
#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/environment/lmdb_errors.hpp"
#include "store/lmdb/environment/lmdb_txn.hpp"

namespace tacit::store {
namespace {

constexpr MDB_dbi table_of_tables = 1;  // the one without a name, in every LMDB environment
constexpr std::uint64_t most_rewritten = 2048;
constexpr std::size_t tail_at_once = 128;
constexpr int most_scans = 2;
constexpr int most_walks = 12;

using lmdb::PageNumber;

/// Keys of rows that are removed again before their transaction commits.
class PassingKey {
 public:
  explicit PassingKey(std::uint64_t number) {
    for (std::size_t i = 0; i < sizeof number; ++i) bytes_[bytes_.size() - 1 - i] = std::uint8_t(number >> (8 * i));
  }
  MDB_val val() { return {bytes_.size(), bytes_.data()}; }

 private:
  std::array<std::uint8_t, 14> bytes_{'.', 's', 'c', 'r', 'u', 'b'};
};

}  // namespace

std::string why_scrub_failed(int error, const std::filesystem::path& file) {
  const std::string name = file.string();
  const std::string again = "; then run `tacit scrub` again";
  if (error == MDB_CORRUPTED || error == MDB_PAGE_NOTFOUND) {
    return name + " is damaged: `tacit verify` reports where; restore a backup";
  }
  if (error == MDB_MAP_FULL) {
    return "the map of " + name + " (map-size) is full: delete something, or start the servers with a larger one" +
           again;
  }
  if (error == MDB_MAP_RESIZED) return name + " has grown during the scrub: run `tacit scrub` again";
  if (error == MDB_READERS_FULL) {
    return "too many processes read " + name + ": `tacit stats` counts them; end some" + again;
  }
  const std::string why = mdb_strerror(error);
  if (errc_of(error) == Errc::full) {
    return name + " could not be written (" + why + "): make room on the disk, or raise the quota" + again;
  }
  return name + " could not be read or written (" + why + "): look at the disk (dmesg, SMART)" + again;
}

int commit_nothing(const LmdbEnv& env) { return rewrite_free_list(env, 0); }

int rewrite_free_list(const LmdbEnv& env, std::uint64_t pages) {
  int code = MDB_SUCCESS;
  TxnPtr txn = begin_txn(env.handle(), 0, code);
  const std::size_t page_of_its_own = env.page_size() - lmdb::page_header_size;
  // Each takes a page from the list; the returned pages are written to new rows of it.
  for (std::uint64_t i = 0; code == MDB_SUCCESS && i <= pages; ++i) {
    PassingKey key(i);
    MDB_val k = key.val();
    MDB_val v{pages == 0 ? 0 : page_of_its_own, nullptr};
    code = mdb_put(txn.get(), table_of_tables, &k, &v, MDB_RESERVE);
    if (code == MDB_SUCCESS) std::fill_n(static_cast<std::uint8_t*>(v.mv_data), v.mv_size, std::uint8_t{0});
  }
  for (std::uint64_t i = 0; code == MDB_SUCCESS && i <= pages; ++i) {
    PassingKey key(i);
    MDB_val k = key.val();
    code = mdb_del(txn.get(), table_of_tables, &k, nullptr);
  }
  return code == MDB_SUCCESS ? mdb_txn_commit(txn.release()) : code;
}

Scrubber::Scrubber(const LmdbEnv& env, ScrubMemory& memory) : env_(env), memory_(memory), file_(env) {}

void Scrubber::begin(ScrubExtent extent) {
  report_ = {};
  done_ = 0;
  total_ = file_.last_page() + 1;
  first_ = env_.newest_transaction();
  until_ = first_;
  extent_ = extent;
  scans_left_ = most_scans;
  walks_left_ = most_walks;
  refreshes_left_ = 1;
  waits_left_ = 3;
  stale_list_ = false;
  if (extent == ScrubExtent::freed) return start_free();
  memory_.clear();
  return extent == ScrubExtent::everything ? start_live() : start_tail();
}

bool Scrubber::is_behind() const { return env_.newest_transaction() != first_ + report_.commits; }

std::uint64_t Scrubber::done() const {
  return std::min(total_, done_ + (live_ ? live_->done() : 0) + (free_ ? free_->done() : 0));
}

bool Scrubber::step(ScrubClock::time_point stop) {
  switch (phase_) {
    case Phase::live:
      step_live(stop);
      break;
    case Phase::tail:
      step_tail(stop);
      break;
    case Phase::commit:
      step_commit();
      break;
    case Phase::free:
      step_free(stop);
      break;
    case Phase::refresh:
      step_refresh();
      break;
    case Phase::sync:
      step_sync();
      break;
    case Phase::idle:
      break;
  }
  return is_running();
}

void Scrubber::give_up(int error) {
  report_.error = error;
  live_.reset();
  free_.reset();
  phase_ = Phase::idle;
}

void Scrubber::start_live() {
  --scans_left_;
  walks_left_ = most_walks;
  live_.emplace(env_, file_);
  phase_ = Phase::live;
}

void Scrubber::step_live(ScrubClock::time_point stop) {
  if (live_->step(stop)) return;
  const LiveScanResult result = live_->result();
  done_ += live_->done();
  live_.reset();
  if (result.error != 0) return give_up(result.error);
  report_.left = result.unclean;
  report_.unclean += result.unclean;
  report_.commits += result.commits;
  stale_list_ = result.stale_list;
  until_ = env_.newest_transaction();
  start_tail();
}

void Scrubber::start_tail() {
  tail_ = file_.last_page() + 1;
  phase_ = Phase::tail;
}

void Scrubber::step_tail(ScrubClock::time_point stop) {
  const PageNumber end = file_.pages();
  std::vector<PageNumber> used;
  while (tail_ < end && used.empty() && ScrubClock::now() < stop) {
    std::vector<PageNumber> pages(std::min<std::uint64_t>(tail_at_once, end - tail_));
    std::iota(pages.begin(), pages.end(), tail_);
    file_.each_used(pages, [&](PageNumber page, crypto::ByteView) {
      used.push_back(page);
      return true;
    });
    tail_ += pages.size();
  }
  if (!used.empty()) {
    if (const int error = zero_tail(std::move(used)); error != 0) return give_up(error);
  }
  if (tail_ >= end) start_free();
}

int Scrubber::zero_tail(std::vector<PageNumber> pages) {
  int code = MDB_SUCCESS;
  const TxnPtr lock = begin_txn(env_.handle(), 0, code);
  if (code != MDB_SUCCESS) return code;
  const PageNumber last = file_.last_page();
  std::erase_if(pages, [last](PageNumber page) { return page <= last; });
  report_.pages += pages.size();
  return pages.empty() ? 0 : file_.zero(pages);
}

void Scrubber::start_free() {
  --walks_left_;
  free_.emplace(env_, file_, memory_, until_);
  phase_ = Phase::free;
}

void Scrubber::step_free(ScrubClock::time_point stop) {
  if (free_->step(stop)) return;
  const FreeSweepResult result = free_->result();
  done_ += free_->done();
  free_.reset();
  report_.pages += result.zeroed;
  if (result.error != 0) return give_up(result.error);
  stale_list_ = stale_list_ || result.stale_list;
  report_.pinned = result.waits_for_readers || result.waits_for_commits;
  phase_ = phase_after(result);
  if (phase_ == Phase::free) start_free();
}

Scrubber::Phase Scrubber::phase_after(const FreeSweepResult& result) {
  if (walks_left_ > 0) {
    if (result.waits_for_commits) return Phase::commit;
    if (stale_list_ && refreshes_left_ > 0) return Phase::refresh;
    // Rows may have been split meanwhile, and their rest written before the walk's position.
    if (result.zeroed > 0 || (result.waits_for_readers && waits_left_-- > 0)) return Phase::free;
  }
  return Phase::sync;
}

void Scrubber::step_commit() {
  if (env_.newest_transaction() >= until_ + 2) return start_free();
  if (const int code = commit_nothing(env_); code != MDB_SUCCESS) return give_up(code);
  ++report_.commits;
}

void Scrubber::step_refresh() {
  --refreshes_left_;
  stale_list_ = false;
  const FreePages free = free_pages(env_.handle(), {.reusable = most_rewritten});
  if (free.reusable <= most_rewritten) {
    const int code = rewrite_free_list(env_, free.reusable + 1);
    if (code != MDB_SUCCESS) return give_up(code);
    ++report_.commits;
    until_ = env_.newest_transaction();
  }
  phase_ = Phase::commit;
}

void Scrubber::step_sync() {
  if (file_.has_unsynced_zeros()) {
    if (const int error = file_.sync(); error != 0) {
      memory_.clear();  // which of its pages are durable is unknown
      return give_up(error);
    }
  }
  // Only a further scan finds pages that were rewritten, or written by the empty commits.
  if (report_.left > 0 && scans_left_ > 0) return start_live();
  phase_ = Phase::idle;
}

}  // namespace tacit::store
