#include "store/lmdb/pages/scrub_put.hpp"

#include <lmdb.h>

#include <cstring>

#include "store/lmdb/pages/scrub_rules.hpp"

namespace tacit::store {
namespace {

using crypto::ByteView;

MDB_val val(ByteView bytes) { return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; }

/// The size of the memory for a row at this address: all of its pages.
std::size_t capacity(const std::uint8_t* data, std::size_t size, std::size_t page_size) {
  const lmdb::Page page(ByteView(data - lmdb::page_header_size, lmdb::page_header_size));
  const std::uint64_t pages = page.overflow_pages();
  const bool sound = (page.flags() & lmdb::page_flag::overflow) != 0 &&
                     pages >= lmdb::pages_for_overflow(size, page_size) && pages < (1U << 20U);
  return sound ? pages * page_size - lmdb::page_header_size : size;
}

bool fits_leaf(ByteView key, std::size_t value, std::size_t page_size) {
  return lmdb::node_header_size + key.size() + value <= largest_node(page_size);
}

/// Removes a present row that has its own pages. If the same commit writes these pages, LMDB would put a small value
/// into them, in front of the rest of the old value.
int remove_large(MDB_txn* txn, unsigned table, ByteView key, std::size_t page_size) {
  MDB_val k = val(key);
  MDB_val present{};
  const int code = mdb_get(txn, table, &k, &present);
  if (code == MDB_NOTFOUND) return MDB_SUCCESS;
  if (code != MDB_SUCCESS || fits_leaf(key, present.mv_size, page_size)) return code;
  return mdb_del(txn, table, &k, nullptr);
}

}  // namespace

int put_clean(MDB_txn* txn, unsigned table, ByteView key, ByteView value, unsigned flags, std::size_t page_size) {
  MDB_val k = val(key);
  MDB_val v = val(value);
  if (fits_leaf(key, value.size(), page_size)) {
    const bool is_new = (flags & MDB_APPEND) != 0;
    const int removed = is_new ? MDB_SUCCESS : remove_large(txn, table, key, page_size);
    return removed == MDB_SUCCESS ? mdb_put(txn, table, &k, &v, flags) : removed;
  }
  const int code = mdb_put(txn, table, &k, &v, flags | MDB_RESERVE);
  if (code != MDB_SUCCESS) return code;
  auto* const data = static_cast<std::uint8_t*>(v.mv_data);
  if (!value.empty()) std::memmove(data, value.data(), value.size());
  std::memset(data + value.size(), 0, capacity(data, value.size(), page_size) - value.size());
  return code;
}

}  // namespace tacit::store
