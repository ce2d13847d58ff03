#include "store/lmdb/scrub/scrub_free.hpp"

#include <lmdb.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/environment/lmdb_txn.hpp"
#include "store/lmdb/environment/reader_slots.hpp"
#include "store/lmdb/pages/scrub_rules.hpp"

namespace tacit::store {
namespace {

using lmdb::ByteView;
using lmdb::PageNumber;

constexpr MDB_dbi free_list = 0;
/// Pages to overwrite under one hold of the write lock: 1 MiB, well under a millisecond of copying.
constexpr std::size_t most_at_once = 256;
constexpr std::size_t looked_at_once = 32;
/// Rows that are already known, passed between two readings of the clock. A row of some pages counts as several.
constexpr std::size_t passed_at_once = 256;
constexpr std::size_t bytes_of_passed_row = 4096;

struct CursorClose {
  void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};

/// The free list of one snapshot.
class FreeList {
 public:
  explicit FreeList(MDB_env* env) {
    MDB_txn* txn = nullptr;
    code_ = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn);
    if (code_ != MDB_SUCCESS) return;
    txn_.reset(txn);
    MDB_cursor* cursor = nullptr;
    code_ = mdb_cursor_open(txn, free_list, &cursor);
    cursor_.reset(cursor);
  }

  /// Finds the first row of that transaction or a later one.
  bool seek(std::uint64_t transaction) {
    number_ = transaction;
    MDB_val key{sizeof number_, &number_};
    return move(key, MDB_SET_RANGE);
  }
  bool next() {
    MDB_val key{};
    return move(key, MDB_NEXT);
  }

  std::uint64_t transaction() const { return transaction_; }
  ByteView row() const { return row_; }
  /// Whether no unused bytes follow the row, neither in its leaf nor in its own pages.
  bool is_clean(std::size_t page_size) const {
    const auto place = reinterpret_cast<std::uintptr_t>(row_.data()) % page_size;
    if (!is_clean_list(row_) || place != lmdb::page_header_size) return is_clean_list(row_);
    const std::size_t used = (place + row_.size()) % page_size;
    return used == 0 || is_zero(ByteView(row_.data() + row_.size(), page_size - used));
  }
  std::uint64_t snapshot() const { return mdb_txn_id(txn_.get()); }
  /// 0 at the end, else LMDB's code.
  int code() const { return code_ == MDB_NOTFOUND ? MDB_SUCCESS : code_; }

 private:
  bool move(MDB_val key, MDB_cursor_op op) {
    if (code_ != MDB_SUCCESS) return false;
    MDB_val data{};
    code_ = mdb_cursor_get(cursor_.get(), &key, &data, op);
    if (code_ != MDB_SUCCESS) return false;
    transaction_ = lmdb::load<std::uint64_t>(ByteView(static_cast<const std::uint8_t*>(key.mv_data), key.mv_size), 0);
    row_ = ByteView(static_cast<const std::uint8_t*>(data.mv_data), data.mv_size);
    return true;
  }

  TxnPtr txn_;
  std::unique_ptr<MDB_cursor, CursorClose> cursor_;
  std::uint64_t number_ = 0;
  std::uint64_t transaction_ = 0;
  ByteView row_;
  int code_ = MDB_SUCCESS;
};

std::vector<PageNumber> pages_of(ByteView row, PageNumber last_page) {
  std::vector<PageNumber> pages;
  const std::size_t most = row.size() / sizeof(PageNumber);
  const auto count = std::min<std::uint64_t>(lmdb::load<std::uint64_t>(row, 0), most == 0 ? 0 : most - 1);
  pages.reserve(count);
  for (std::size_t i = 1; i <= count; ++i) {
    const auto page = lmdb::load<PageNumber>(row, i * sizeof(PageNumber));
    if (page >= lmdb::first_page && page <= last_page) pages.push_back(page);
  }
  return pages;
}

}  // namespace

bool ScrubMemory::knows(std::uint64_t transaction, std::uint64_t fingerprint) const {
  const std::lock_guard lock(mutex_);
  const auto found = rows_.find(transaction);
  return found != rows_.end() && found->second == fingerprint;
}

void ScrubMemory::note(std::uint64_t transaction, std::uint64_t fingerprint) {
  const std::lock_guard lock(mutex_);
  rows_[transaction] = fingerprint;
}

void ScrubMemory::keep(const std::set<std::uint64_t>& transactions) {
  const std::lock_guard lock(mutex_);
  // Both are in order, and may be very long.
  auto next = transactions.begin();
  std::erase_if(rows_, [&](const auto& row) {
    while (next != transactions.end() && *next < row.first) ++next;
    return next == transactions.end() || *next != row.first;
  });
}

void ScrubMemory::clear() {
  const std::lock_guard lock(mutex_);
  rows_.clear();
}

FreeSweep::FreeSweep(const LmdbEnv& env, ScrubFile& file, ScrubMemory& memory, std::uint64_t until)
    : env_(env), file_(file), memory_(memory), until_(until) {}

bool FreeSweep::fail(int code) {
  result_.error = code;
  return false;
}

bool FreeSweep::step(ScrubClock::time_point stop) {
  do {
    if (!has_row_ && !find_row(stop)) {
      memory_.keep(seen_);
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
  FreeList list(env_.handle());
  for (bool found = list.seek(next_); found && list.transaction() <= until_; found = list.next()) {
    newest_ = list.snapshot();
    const std::uint64_t print = fingerprint(list.row());
    seen_.insert(list.transaction());
    pages_before_ += lmdb::load<std::uint64_t>(list.row(), 0);
    if (!list.is_clean(env_.page_size())) {
      result_.stale_list = true;
      result_.before_stale = pages_before_;
    }
    if (memory_.knows(list.transaction(), print)) {
      passed += 1 + list.row().size() / bytes_of_passed_row;
      if (passed < passed_at_once) continue;
      passed = 0;
      if (ScrubClock::now() < stop) continue;
      next_ = list.transaction() + 1;
      return true;
    }
    row_ = {list.transaction(), print, pages_of(list.row(), file_.last_page())};
    next_ = row_.transaction + 1;
    at_ = 0;
    has_row_ = true;
    return true;
  }
  return list.code() == MDB_SUCCESS ? false : fail(list.code());
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
  memory_.note(row_.transaction, row_.fingerprint);
  has_row_ = false;
}

void FreeSweep::look_for_what_waits() {
  has_row_ = false;
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
  FreeList list(env_.handle());
  const bool there = list.seek(row_.transaction) && list.transaction() == row_.transaction &&
                     fingerprint(list.row()) == row_.fingerprint;
  if (!there || !is_unreachable(row_.transaction, list.snapshot(), oldest_reader)) {
    has_row_ = false;  // it was used meanwhile, or a reader needs it: left to the next walk
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
  memory_.note(row_.transaction, row_.fingerprint);
  has_row_ = false;
}

std::uint64_t pages_to_scrub(const LmdbEnv& env, const ScrubMemory* memory, std::uint64_t most) {
  ScrubFile file(env);
  const PageNumber last = file.last_page();
  std::uint64_t found = 0;
  std::uint64_t read = 0;
  FreeList list(env.handle());
  for (bool more = list.seek(0); more; more = list.next()) {
    if (memory != nullptr && memory->knows(list.transaction(), fingerprint(list.row()))) continue;
    const auto pages = pages_of(list.row(), last);
    if (read + pages.size() > most) {
      found += pages.size();
      continue;
    }
    read += pages.size();
    file.each_used(pages, [&](PageNumber, ByteView page) {
      if (!is_bookkeeping(page, last)) ++found;
      return true;
    });
  }
  return found;
}

}  // namespace tacit::store
