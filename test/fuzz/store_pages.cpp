// A store's file as pages: what is found to be undamaged, LMDB reads as the same rows.
#include <lmdb.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/model/damage.hpp"
#include "store/verify/page_engine.hpp"
#include "store/verify/page_transaction.hpp"
#include "test/fuzz/fuzz.hpp"
#include "test/temporary_folder.hpp"

namespace tacit::fuzz {
namespace {

using store::Table;
using Rows = std::vector<std::pair<std::string, std::string>>;

void check_code(int code) {
  if (code != MDB_SUCCESS) {
    std::fprintf(stderr, "LMDB: %s\n", mdb_strerror(code));
    std::abort();
  }
}

MDB_val value_of(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }  // NOLINT

void put(MDB_txn* txn, MDB_dbi table, std::string_view key, std::string_view value) {
  MDB_val k = value_of(key);
  MDB_val v = value_of(value);
  check_code(mdb_put(txn, table, &k, &v, 0));
}

/// A file with trees of one and two levels, rows with pages of their own, and free pages.
std::string small_store() {
  const auto folder = test::TemporaryFolder::in_memory();
  const std::string file = folder / "data";
  MDB_env* env = nullptr;
  check_code(mdb_env_create(&env));
  check_code(mdb_env_set_maxdbs(env, store::table_count));
  check_code(mdb_env_set_mapsize(env, std::size_t{1} << 20U));
  check_code(mdb_env_open(env, file.c_str(), MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0600));
  for (int round = 0; round < 3; ++round) {
    MDB_txn* txn = nullptr;
    check_code(mdb_txn_begin(env, nullptr, 0, &txn));
    for (const char* name : store::table_names) {
      MDB_dbi table = 0;
      check_code(mdb_dbi_open(txn, name, MDB_CREATE, &table));
      const bool large = std::string_view(name) == "tenants";
      for (int i = 0; i < (large ? 24 : 3); ++i) {
        put(txn, table, "key " + std::to_string(100 + i),
            std::string(large ? 300 : 40, static_cast<char>('a' + round)));
      }
      if (large) put(txn, table, "long", std::string(5000, 'l'));
    }
    check_code(mdb_txn_commit(txn));
  }
  mdb_env_close(env);
  return test::content_of(file);
}

/// The file that the program reads: the small store's, in which each input changes some bytes.
class File {
 public:
  File() : content_(small_store()), descriptor_(::memfd_create("store", MFD_CLOEXEC)) { write(content_, 0); }

  const std::string& path() const { return path_; }
  /// The input's first byte: whether the whole file is there, and whether its meta pages change, too.
  void change(Input in) {
    const unsigned what = in.byte();
    std::size_t size = content_.size();
    if (what % 8 == 0) size = std::min<std::size_t>(size, in.number<std::uint32_t>());
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) std::abort();
    write(std::string_view(content_).substr(0, size), 0);
    const std::size_t first = what % 8 == 1 ? 0 : 2 * page_size();
    while (!in.empty() && size > first) {
      const std::size_t at = first + in.number<std::uint32_t>() % (size - first);
      const std::string_view bytes = in.bytes(1 + in.byte() % 32U);
      write(bytes.substr(0, size - at), at);
    }
  }
  std::size_t page_size() const { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }
  std::size_t pages() const { return content_.size() / page_size(); }

 private:
  void write(std::string_view bytes, std::size_t at) const {
    if (::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at)) != static_cast<ssize_t>(bytes.size()))
      std::abort();
  }
  const std::string content_;
  const int descriptor_;
  const std::string path_ = "/proc/self/fd/" + std::to_string(descriptor_);
};

File& the_file() {
  static File file;
  return file;
}

store::Task<void> read_table(store::Transaction& transaction, Table table, Rows& rows) {
  crypto::Bytes start;
  for (;;) {
    const auto part = co_await transaction.scan(table, {}, start, 10);
    if (part.empty()) co_return;
    for (const store::Row& row : part) rows.emplace_back(crypto::as_text(row.key), crypto::as_text(row.value));
    start.assign(part.back().key.begin(), part.back().key.end());
    start.push_back(0);
  }
}

Rows rows_by_pages(store::StorePages& pages, Table table) {
  Rows rows;
  store::PageTransaction transaction(pages);
  read_table(transaction, table, rows).run();
  return rows;
}

/// std::nullopt: LMDB opens no such table without flags.
std::optional<Rows> rows_by_lmdb(MDB_txn* txn, Table table) {
  MDB_dbi handle = 0;
  unsigned flags = 0;
  if (mdb_dbi_open(txn, store::table_names[static_cast<std::size_t>(table)], 0, &handle) != MDB_SUCCESS)
    return std::nullopt;
  check_code(mdb_dbi_flags(txn, handle, &flags));
  if (flags != 0) return std::nullopt;
  Rows rows;
  MDB_cursor* cursor = nullptr;
  check_code(mdb_cursor_open(txn, handle, &cursor));
  MDB_val key{};
  MDB_val value{};
  for (int code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST); code != MDB_NOTFOUND;
       code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
    check_code(code);
    rows.emplace_back(std::string(static_cast<const char*>(key.mv_data), key.mv_size),
                      std::string(static_cast<const char*>(value.mv_data), value.mv_size));
  }
  mdb_cursor_close(cursor);
  return rows;
}

void check_with_lmdb(const std::string& file, store::StorePages& pages) {
  MDB_env* env = nullptr;
  check_code(mdb_env_create(&env));
  check_code(mdb_env_set_maxdbs(env, store::table_count));
  const int opened = mdb_env_open(env, file.c_str(), MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK, 0);
  MDB_txn* txn = nullptr;
  // A map of an impossible size cannot be made.
  if (opened == MDB_SUCCESS && mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == MDB_SUCCESS) {
    for (std::size_t table = 0; table < store::table_count; ++table) {
      const auto expected = rows_by_lmdb(txn, static_cast<Table>(table));
      const Rows rows = rows_by_pages(pages, static_cast<Table>(table));
      TACIT_HOLDS(expected ? rows == *expected : rows.empty());
    }
    mdb_txn_abort(txn);
  }
  mdb_env_close(env);
}

Description describe() {
  Description target{.max_size = 512,
                     .words = {std::string(8, '\xFF'), std::string("\0\1\0\0", 4), "\x12", std::string("\4\0", 2)}};
  target.seeds.push_back(Seed().byte(2));
  const std::size_t meta_pages = 2;
  for (std::size_t page = 0; page < the_file().pages(); ++page) {
    const bool meta = page < meta_pages;
    const std::size_t begin = (meta ? page : page - meta_pages) * the_file().page_size();
    const auto change = [&](std::size_t offset, std::string_view bytes) {
      const Seed seed = Seed().byte(meta ? 1 : 2).number(static_cast<std::uint32_t>(begin + offset));
      target.seeds.push_back(Seed(seed).byte(static_cast<std::uint8_t>(bytes.size() - 1)).rest(bytes));
    };
    // The page's number, kind, and free space; a row's size and kind.
    change(0, "\2");
    change(10, {"\2\0", 2});
    change(12, {"\x14\0\0\x10", 4});
    change(4000, {"\0\0\0\0\0\0\0\0", 8});
    target.seeds.push_back(Seed().byte(0).number(static_cast<std::uint32_t>(page * the_file().page_size() + 100)));
  }
  return target;
}

void take(std::string_view input) {
  the_file().change(Input(input));
  try {
    const auto pages = store::StorePages::open_file(the_file().path());
    TACIT_HOLDS(pages.has_value());
    (*pages)->check([](std::uint64_t, std::uint64_t) {});
    for (const store::PageDamage& damage : (*pages)->damages()) TACIT_HOLDS(!store::to_string(damage).empty());
    if ((*pages)->damages().empty()) return check_with_lmdb(the_file().path(), **pages);
    for (std::size_t table = 0; table < store::table_count; ++table) rows_by_pages(**pages, static_cast<Table>(table));
  } catch (const store::DamagedStore& damaged) {
    TACIT_HOLDS(std::string_view(damaged.what()).starts_with(the_file().path()));
  }
}

const Target target("store_pages", describe, take);

}  // namespace
}  // namespace tacit::fuzz
