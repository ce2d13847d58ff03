#include "store/lmdb/scrub/scrub_schedule.hpp"

#include <lmdb.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/environment/lmdb_errors.hpp"

namespace tacit::store {
namespace {

constexpr std::chrono::milliseconds slice{2};
/// A pause is nine times as long as its slice, but at least this long.
constexpr std::chrono::milliseconds shortest_pause{10};
constexpr int pause_for_each = 9;
/// Checks per permitted time: the rest of the time is for the run.
constexpr int looks_within = 4;

constexpr std::chrono::hours forget_after{1};

/// `verify` reports a tree that cannot be followed; here it means that the pages in use cannot be checked.
bool is_damage(int code) { return code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND; }

/// Errors of a run that another run may not have.
bool passes(int code) {
  return code == MDB_SUCCESS || is_damage(code) || errc_of(code) == Errc::full || errc_of(code) == Errc::overloaded;
}

std::string unreadable(const char* what, int code) {
  return std::string(what) + " cannot be read: " + mdb_strerror(code);
}

}  // namespace

ScrubSchedule::ScrubSchedule(const LmdbEnv& env, std::chrono::milliseconds within, ScrubClock::time_point now,
                             std::function<void(const std::string&)> on_damage)
    : env_(env),
      on_damage_(std::move(on_damage)),
      proof_(env),
      look_(within / looks_within),
      scrubber_(env, memory_),
      live_file_(env),
      due_(within.count() == 0 ? ScrubClock::time_point::max() : now + look_),
      look_at_(due_),
      began_(now),
      forget_at_(now + forget_after),
      waiting_since_(within.count() == 0 ? ScrubClock::duration::zero() : now.time_since_epoch()) {}

int ScrubSchedule::run(ScrubClock::time_point now) {
  if (now < due_) return MDB_SUCCESS;
  if (proof_.finding() != FreeListProof::Finding::sound) {
    prove(now);
    return MDB_SUCCESS;
  }
  const bool is_run = scrubber_.is_running() || (now >= look_at_ && begins(now));
  const int code = is_run ? step_run(now + slice) : step_live(now + slice);
  set_due(now, ScrubClock::now());
  return code;
}

void ScrubSchedule::prove(ScrubClock::time_point now) {
  switch (proof_.step(now + slice)) {
    case FreeListProof::Finding::open:
      due_ = std::max(proof_.due(), now);
      break;
    case FreeListProof::Finding::sound:
      due_ = look_at_ = now;
      break;
    case FreeListProof::Finding::damaged:
      due_ = ScrubClock::time_point::max();
      report_damage(proof_.damage());
      break;
  }
}

void ScrubSchedule::report_damage(const std::string& where) {
  if (const auto report = std::exchange(on_damage_, {})) report(where);
}

void ScrubSchedule::set_due(ScrubClock::time_point began, ScrubClock::time_point ended) {
  const bool busy = scrubber_.is_running() || live_;
  const auto pause = std::max<ScrubClock::duration>(shortest_pause, pause_for_each * (ended - began));
  due_ = busy ? ended + pause : look_at_;
}

int ScrubSchedule::step_run(ScrubClock::time_point stop) {
  if (scrubber_.step(stop)) return MDB_SUCCESS;
  const int code = finish(ScrubClock::now());
  if (!again_ && !live_ && scans_left_ > 0) live_.emplace(env_, live_file_);
  return code;
}

int ScrubSchedule::step_live(ScrubClock::time_point stop) {
  if (!live_ || live_->step(stop)) return MDB_SUCCESS;
  const LiveScanResult result = live_->result();
  live_.reset();
  // The second scan checks what was rewritten; after a failure the first scan is repeated later.
  if (result.error == 0) scans_left_ = result.unclean > 0 ? scans_left_ - 1 : 0;
  if (is_damage(result.error)) {
    scans_left_ = 0;
    report_damage(unreadable("a page in use", result.error));
  }
  return passes(result.error) ? MDB_SUCCESS : result.error;
}

int ScrubSchedule::postpone(ScrubClock::time_point now) {
  due_ = look_at_ = now + look_;  // after damage, `prove` detects it again
  return MDB_SUCCESS;
}

bool ScrubSchedule::is_needed(ScrubClock::time_point now) {
  if (env_.clear_dead_readers()) distrust();
  if (now >= forget_at_) {
    forget_at_ = now + forget_after;
    distrust();
  }
  return again_ || next_ != ScrubExtent::freed || env_.newest_transaction() != newest_;
}

bool ScrubSchedule::begins(ScrubClock::time_point now) {
  look_at_ = now + look_;
  if (!is_needed(now)) {
    waiting_since_.store({}, std::memory_order_relaxed);
    return false;
  }
  // The commit may have come right after the last check.
  const auto since = (now - look_).time_since_epoch();
  if (waiting_since_.load(std::memory_order_relaxed) == since.zero()) {
    waiting_since_.store(since, std::memory_order_relaxed);
  }
  began_ = now;
  scrubber_.begin(next_);
  next_ = ScrubExtent::freed;
  return true;
}

int ScrubSchedule::finish(ScrubClock::time_point now) {
  const ScrubReport& report = scrubber_.report();
  runs_.fetch_add(1, std::memory_order_relaxed);
  pages_.fetch_add(report.pages, std::memory_order_relaxed);
  look_at_ = now + look_;
  again_ = report.error != 0 || report.pinned;
  if (is_damage(report.error)) report_damage(unreadable("the free list", report.error));
  if (report.error != 0 && !is_damage(report.error)) next_ = std::max(next_, scrubber_.extent());
  if (!again_) {
    const bool behind = scrubber_.is_behind();
    newest_ = behind ? 0 : env_.newest_transaction();
    // Pages freed since this run began wait for the next one.
    waiting_since_.store(behind ? began_.time_since_epoch() : ScrubClock::duration::zero(), std::memory_order_relaxed);
  }
  return passes(report.error) ? MDB_SUCCESS : report.error;
}

ScrubFigures ScrubSchedule::figures(ScrubClock::time_point now) const {
  ScrubFigures figures;
  figures.runs = runs_.load(std::memory_order_relaxed);
  figures.pages = pages_.load(std::memory_order_relaxed);
  const auto since = waiting_since_.load(std::memory_order_relaxed);
  if (since != since.zero()) {
    figures.waiting = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch() - since);
  }
  return figures;
}

}  // namespace tacit::store
