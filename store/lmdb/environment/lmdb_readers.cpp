#include "store/lmdb/environment/lmdb_readers.hpp"

#include <lmdb.h>

#include <utility>

namespace tacit::store {

/// The readers of one thread: one for each environment that it read recently. Returned when the thread ends.
struct ThreadReaders {
  struct Kept {
    LmdbReaders* owner = nullptr;  ///< only compared: `alive` says whether it exists
    std::weak_ptr<LmdbReaders> alive;
    LmdbReaders::Reader* reader = nullptr;
  };
  std::vector<Kept> kept;

  ThreadReaders() = default;
  ThreadReaders(const ThreadReaders&) = delete;
  ThreadReaders& operator=(const ThreadReaders&) = delete;
  ~ThreadReaders() {
    for (const Kept& each : kept) {
      if (const auto owner = each.alive.lock()) owner->give_back(each.reader);
    }
  }

  LmdbReaders::Reader* take(LmdbReaders& readers) {
    for (Kept& each : kept) {
      if (each.owner == &readers && !each.alive.expired()) return std::exchange(each.reader, nullptr);
    }
    return nullptr;
  }

  /// False if the thread already has one for this environment.
  bool keep(LmdbReaders& readers, LmdbReaders::Reader* reader) {
    for (Kept& each : kept) {
      if (each.owner == &readers && !each.alive.expired()) {
        if (each.reader != nullptr) return false;
        each.reader = reader;
        return true;
      }
    }
    std::erase_if(kept, [](const Kept& each) { return each.alive.expired(); });
    kept.push_back(Kept{&readers, readers.weak_from_this(), reader});
    return true;
  }
};

namespace {

ThreadReaders& of_this_thread() {
  thread_local ThreadReaders readers;
  return readers;
}

}  // namespace

LmdbReaders::Lease::Lease(LmdbReaders& readers) : readers_(readers), reader_(of_this_thread().take(readers)) {
  if (reader_ == nullptr) reader_ = readers_.borrow(code_);
  if (reader_ == nullptr) return;
  code_ = mdb_txn_renew(reader_->txn);
  if (code_ != MDB_SUCCESS) readers_.give_back(std::exchange(reader_, nullptr));
}

LmdbReaders::Lease::~Lease() {
  if (reader_ == nullptr) return;
  mdb_txn_reset(reader_->txn);
  if (!of_this_thread().keep(readers_, reader_)) readers_.give_back(reader_);
}

LmdbReaders::Reader* LmdbReaders::borrow(int& code) {
  const std::lock_guard lock(mutex_);
  if (!idle_.empty()) {
    Reader* const reader = idle_.back();
    idle_.pop_back();
    return reader;
  }
  auto reader = std::make_unique<Reader>();
  code = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &reader->txn);
  if (code != MDB_SUCCESS) return nullptr;
  mdb_txn_reset(reader->txn);
  all_.push_back(std::move(reader));
  return all_.back().get();
}

void LmdbReaders::give_back(Reader* reader) {
  if (reader == nullptr) return;
  const std::lock_guard lock(mutex_);
  if (!closed_) idle_.push_back(reader);
}

std::uint64_t LmdbReaders::rows_read() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t rows = 0;
  for (const auto& reader : all_) rows += reader->rows_read.load(std::memory_order_relaxed);
  return rows;
}

void LmdbReaders::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  idle_.clear();
  for (const auto& reader : all_) mdb_txn_abort(reader->txn);
  all_.clear();
}

}  // namespace tacit::store
