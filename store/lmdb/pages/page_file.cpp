#include "store/lmdb/pages/page_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

namespace tacit::store {
namespace {

constexpr std::size_t head_size = lmdb::page_header_size + lmdb::meta_size;
/// LMDB keeps the free list with integer keys, and stores its flags beside some of the environment's.
constexpr std::uint16_t integer_keys = 0x08;
constexpr std::uint16_t other_orders = 0x01 | 0x02 | 0x04 | 0x10 | 0x20 | 0x40;

/// The number of bytes read before the file's end, or -1.
std::ptrdiff_t read_fully(int file, std::span<std::uint8_t> out, std::uint64_t from) {
  std::size_t read = 0;
  while (read < out.size()) {
    const ssize_t got = ::pread(file, out.data() + read, out.size() - read, static_cast<off_t>(from + read));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    read += static_cast<std::size_t>(got);
  }
  return static_cast<std::ptrdiff_t>(read);
}

std::string error_text(int error) { return std::generic_category().message(error); }

std::string bytes_text(std::uint64_t bytes) { return std::to_string(bytes) + " bytes"; }

std::string meta_name(std::size_t index) { return "meta page " + std::to_string(index); }

std::optional<std::string> read_meta(int file, std::uint64_t from, std::uint64_t file_bytes, lmdb::Meta& meta) {
  std::array<std::uint8_t, head_size> bytes{};
  const std::ptrdiff_t got = read_fully(file, bytes, from);
  if (got < 0) return "cannot be read: " + error_text(errno);
  if (static_cast<std::size_t>(got) < bytes.size()) return "has only " + bytes_text(file_bytes) + ": it was cut off";
  meta = lmdb::Meta::read(bytes);
  return std::nullopt;
}

std::optional<std::string> judge_kind(const lmdb::Meta& meta, std::size_t index) {
  const bool is_meta = (meta.page_flags & lmdb::page_flag::meta) != 0 && meta.magic == lmdb::magic;
  if (!is_meta) return meta_name(index) + " is not a meta page: the file is not a store, or was overwritten";
  if (meta.version != lmdb::data_version) {
    return meta_name(index) + " has format " + std::to_string(meta.version) + ", and this program knows format 1";
  }
  if (meta.number != index) return meta_name(index) + " claims to be page " + std::to_string(meta.number);
  if (!std::has_single_bit(meta.page_size()) || meta.page_size() < lmdb::smallest_page ||
      meta.page_size() > lmdb::largest_page) {
    return meta_name(index) + " gives the page size as " + bytes_text(meta.page_size());
  }
  return std::nullopt;
}

std::optional<std::string> judge_tree(const lmdb::Tree& tree, const lmdb::Meta& meta, const char* name) {
  const bool empty = tree.root == lmdb::no_page;
  if (!empty && (tree.root < lmdb::first_page || tree.root > meta.last_page)) {
    return std::string("the root of ") + name + " lies outside of it: page " + std::to_string(tree.root);
  }
  if (tree.depth > lmdb::deepest_tree || (tree.depth == 0) != empty) {
    return std::string(name) + " has " + std::to_string(tree.depth) + " levels, which is impossible";
  }
  return std::nullopt;
}

/// Checks only the newest one: after a failed commit, the other one may have roots that were never valid.
std::optional<std::string> judge_newest(const lmdb::Meta& meta) {
  if (meta.last_page < lmdb::first_page - 1 || meta.last_page >= meta.map_size / meta.page_size()) {
    return "its last page would be " + std::to_string(meta.last_page) + ", outside of a map of " +
           bytes_text(meta.map_size);
  }
  if (auto why = judge_tree(meta.free_list, meta, "the free list")) return why;
  if (auto why = judge_tree(meta.tables, meta, "the table of tables")) return why;
  const std::uint16_t flags = meta.free_list.flags;
  if ((flags & integer_keys) == 0 || (flags & other_orders) != 0 || meta.tables.flags != 0) {
    return "its trees are of unknown kinds";
  }
  return std::nullopt;
}

/// Transactions alternate between the two pages, so their numbers differ by one, except in a new file.
std::optional<std::string> judge_turns(const FileHead& head) {
  const std::uint64_t even = head.metas[0].transaction;
  const std::uint64_t odd = head.metas[1].transaction;
  if (head.metas[0].page_size() != head.metas[1].page_size()) return "its meta pages give different page sizes";
  if (even == 0 && odd == 0) return std::nullopt;
  if (even % 2 == 0 && odd % 2 == 1 && (even + 1 == odd || odd + 1 == even)) return std::nullopt;
  return "its meta pages do not fit together: they are of the transactions " + std::to_string(even) + " and " +
         std::to_string(odd);
}

std::optional<std::string> read_head_once(int file, FileHead& head) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return "its status cannot be read: " + error_text(errno);
  head.bytes = static_cast<std::uint64_t>(status.st_size);
  for (std::size_t i = 0; i < head.metas.size(); ++i) {
    const std::uint64_t from = i == 0 ? 0 : head.metas[0].page_size();
    if (auto why = read_meta(file, from, head.bytes, head.metas[i])) return why;
    if (auto why = judge_kind(head.metas[i], i)) return why;
  }
  if (auto why = judge_turns(head)) return why;
  return judge_newest(head.newest());
}

}  // namespace

const lmdb::Meta* FileHead::of(std::uint64_t transaction) const {
  const lmdb::Meta& meta = metas[transaction % 2];
  return meta.transaction == transaction ? &meta : nullptr;
}

std::optional<std::string> read_head(int file, FileHead& head) {
  constexpr int looks = 4;
  for (int look = 1;; ++look) {
    auto why = read_head_once(file, head);
    if (!why || look == looks) return why;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::optional<std::string> PageFile::read(lmdb::PageNumber page, crypto::Bytes& buffer) const {
  return read(page * page_size_, page_size_, buffer);
}

std::optional<std::string> PageFile::read(std::uint64_t from, std::size_t size, crypto::Bytes& buffer) const {
  buffer.resize(size);
  const std::ptrdiff_t got = read_fully(file_, buffer, from);
  if (got < 0) return "cannot be read: " + error_text(errno);
  if (static_cast<std::size_t>(got) < size) return std::string("lies beyond the end of the file");
  return std::nullopt;
}

}  // namespace tacit::store
