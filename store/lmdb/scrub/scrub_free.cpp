#include "store/lmdb/scrub/scrub_free.hpp"

#include <lmdb.h>

#include <algorithm>
#include <cerrno>

#include "store/lmdb/environment/free_list.hpp"
#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/environment/lmdb_txn.hpp"
#include "store/lmdb/environment/reader_slots.hpp"
#include "store/lmdb/pages/scrub_rules.hpp"
#include "store/lmdb/scrub/scrub_memory.hpp"

namespace tacit::store {
namespace {

using lmdb::ByteView;
using lmdb::PageNumber;

/// Pages to overwrite under one hold of the write lock: 1 MiB, well under a millisecond of copying.
constexpr std::size_t most_at_once = 256;
constexpr std::size_t looked_at_once = 32;
/// Rows that are already known, passed between two readings of the clock. A long row counts as several.
constexpr std::size_t passed_at_once = 256;

}  // namespace

FreeSweep::FreeSweep(const LmdbEnv& env, ScrubFile& file, ScrubMemory& memory, std::uint64_t until)
    : env_(env), file_(file), memory_(memory), until_(until) {
  memory_.begin_walk(free_list_size(env.handle()).rows);
}

bool FreeSweep::fail(int code) {
  result_.error = code;
  return false;
}

bool FreeSweep::step(ScrubClock::time_point stop) {
  do {
    if (!has_row_ && !find_row(stop)) {
      if (result_.error == 0) memory_.end_walk();
      return false;
    }
    if (!has_row_) return true;
    look(stop);
    if (result_.error != 0) return false;
  } while (ScrubClock::now() < stop);
  return true;
}

bool FreeSweep::find_row(ScrubClock::time_point stop) {
  std::size_t passed = 0;
  oldest_reader_ = reader_slots(env_.handle()).oldest;  // before this takes a slot itself
  FreeListRows list(env_.handle());
  list.seek(next_);
  while (list.found() && list.transaction() <= until_) {
    newest_ = list.snapshot();
    if (list.transaction() >= stretch_.end && pass_stretch(list, passed)) {
      if (passed < passed_at_once) continue;
      passed = 0;
      if (ScrubClock::now() < stop) continue;
      return true;
    }
    if (!list.found()) break;
    row_ = {list.transaction(), fingerprint(list.row()), list.pages(file_.last_page())};
    next_ = row_.transaction + 1;
    at_ = 0;
    has_row_ = true;
    return true;
  }
  end_stretch();
  return list.code() == MDB_SUCCESS ? false : fail(list.code());
}

bool FreeSweep::pass_stretch(FreeListRows& list, std::size_t& passed) {
  end_stretch();
  const unsigned shift = memory_.shift();
  const Stretch stretch = read_stretch(list, shift, until_, [this](const FreeListRows& row) {
    pages_before_ += row.count();
    if (row.is_clean(env_.page_size())) return;
    result_.stale_list = true;
    result_.before_stale = pages_before_;
  });
  passed += stretch.cost;
  const std::uint64_t end = end_of_stretch(stretch.first, shift);
  if (memory_.passes(stretch_of(stretch.first, shift), stretch.fingerprint)) {
    next_ = end;
    return true;
  }
  stretch_.end = end;
  stretch_.rows.first = stretch.first;
  list.seek(stretch.first);
  return false;
}

void FreeSweep::end_stretch() {
  if (stretch_.end != 0 && stretch_.clean) {
    memory_.note(stretch_of(stretch_.rows.first, memory_.shift()), stretch_.rows.fingerprint);
  }
  stretch_ = {};
}

void FreeSweep::end_row() {
  stretch_.rows.add(row_.transaction, row_.fingerprint);
  has_row_ = false;
}

void FreeSweep::look(ScrubClock::time_point stop) {
  if (!is_unreachable(row_.transaction, newest_, oldest_reader_)) return look_for_what_waits();
  used_.clear();
  while (at_ < row_.pages.size() && used_.size() < most_at_once) {
    const auto part = std::span(row_.pages).subspan(at_, std::min(looked_at_once, row_.pages.size() - at_));
    file_.each_used(part, [&](PageNumber page, ByteView) {
      used_.push_back(page);
      return true;
    });
    at_ += part.size();
    done_ += part.size();
    if (ScrubClock::now() >= stop) break;
  }
  if (!used_.empty()) return overwrite();
  if (at_ < row_.pages.size()) return;
  end_row();
}

void FreeSweep::look_for_what_waits() {
  has_row_ = false;
  stretch_.clean = false;
  bool waits = false;
  const PageNumber last = file_.last_page();
  const auto part = std::span(row_.pages).first(std::min(most_at_once, row_.pages.size()));
  file_.each_used(part, [&](PageNumber, ByteView page) {
    waits = !is_bookkeeping(page, last);
    return !waits;
  });
  done_ += row_.pages.size();
  // A row with more pages does not come from an empty commit.
  if (!waits && part.size() == row_.pages.size()) return;
  (waits_for_commits(row_.transaction, newest_) ? result_.waits_for_commits : result_.waits_for_readers) = true;
}

void FreeSweep::overwrite() {
  MDB_txn* begun = nullptr;
  if (const int code = mdb_txn_begin(env_.handle(), nullptr, 0, &begun); code != MDB_SUCCESS) {
    fail(code);
    return;
  }
  const TxnPtr lock(begun);
  // No commit happens now, so these numbers stay valid: new readers get the newest state.
  const std::uint64_t oldest_reader = reader_slots(env_.handle()).oldest;
  FreeListRows list(env_.handle());
  const bool there = list.seek(row_.transaction) && list.transaction() == row_.transaction &&
                     fingerprint(list.row()) == row_.fingerprint;
  if (!there || !is_unreachable(row_.transaction, list.snapshot(), oldest_reader)) {
    has_row_ = false;  // it was used meanwhile, or a reader needs it: left to the next walk
    stretch_.clean = false;
    if (there) result_.waits_for_readers = true;
    return;
  }
  std::ranges::sort(used_);
  if (const int error = file_.zero(used_); error != 0) {
    fail(error);
    return;
  }
  result_.zeroed += used_.size();
  if (at_ < row_.pages.size()) return;
  end_row();
}

}  // namespace tacit::store
