#include "store/lmdb/scrub/free_list_rows.hpp"

#include <algorithm>

namespace tacit::store {

using lmdb::ByteView;
using lmdb::PageNumber;

FreeListRows::FreeListRows(MDB_env* env) {
  constexpr MDB_dbi free_list = 0;
  txn_ = begin_txn(env, MDB_RDONLY, code_);
  if (!txn_) return;
  MDB_cursor* cursor = nullptr;
  code_ = mdb_cursor_open(txn_.get(), free_list, &cursor);
  cursor_.reset(cursor);
}

bool FreeListRows::seek(std::uint64_t transaction) {
  if (code_ == MDB_NOTFOUND) code_ = MDB_SUCCESS;  // a search may begin after the end
  number_ = transaction;
  MDB_val key{sizeof number_, &number_};
  return move(key, MDB_SET_RANGE);
}

bool FreeListRows::next() { return move({}, MDB_NEXT); }

bool FreeListRows::move(MDB_val key, MDB_cursor_op op) {
  if (code_ != MDB_SUCCESS) return false;
  MDB_val data{};
  code_ = mdb_cursor_get(cursor_.get(), &key, &data, op);
  if (code_ != MDB_SUCCESS) return false;
  transaction_ = lmdb::load<std::uint64_t>(ByteView(static_cast<const std::uint8_t*>(key.mv_data), key.mv_size), 0);
  row_ = ByteView(static_cast<const std::uint8_t*>(data.mv_data), data.mv_size);
  return true;
}

std::vector<PageNumber> FreeListRows::pages(PageNumber last_page) const {
  std::vector<PageNumber> pages;
  const std::size_t most = row_.size() / sizeof(PageNumber);
  const auto listed = std::min<std::uint64_t>(count(), most == 0 ? 0 : most - 1);
  pages.reserve(listed);
  for (std::size_t i = 1; i <= listed; ++i) {
    const auto page = lmdb::load<PageNumber>(row_, i * sizeof(PageNumber));
    if (page >= lmdb::first_page && page <= last_page) pages.push_back(page);
  }
  return pages;
}

bool FreeListRows::is_clean(std::size_t page_size) const {
  const auto place = reinterpret_cast<std::uintptr_t>(row_.data()) % page_size;
  if (!is_clean_list(row_) || place != lmdb::page_header_size) return is_clean_list(row_);
  const std::size_t used = (place + row_.size()) % page_size;
  return used == 0 || is_zero(ByteView(row_.data() + row_.size(), page_size - used));
}

void Stretch::add(std::uint64_t transaction, std::uint64_t row_fingerprint) {
  constexpr std::uint64_t factor = 0x9E3779B97F4A7C15U;
  fingerprint = (fingerprint ^ transaction) * factor;
  fingerprint = (fingerprint ^ (fingerprint >> 29U) ^ row_fingerprint) * factor;
}

}  // namespace tacit::store
