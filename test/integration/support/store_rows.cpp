#include "test/integration/support/store_rows.hpp"

#include <lmdb.h>

#include <boost/json/parse.hpp>

#include <stdexcept>
#include <string_view>

namespace tacit::test {
namespace {

void check(int code, const char* what) {
  if (code != MDB_SUCCESS) throw std::runtime_error(std::string(what) + ": " + mdb_strerror(code));
}

class Environment {
 public:
  explicit Environment(const std::filesystem::path& store) {
    check(mdb_env_create(&env_), "mdb_env_create");
    check(mdb_env_set_maxdbs(env_, 32), "mdb_env_set_maxdbs");
    check(mdb_env_set_mapsize(env_, std::size_t{1} << 30), "mdb_env_set_mapsize");
    check(mdb_env_open(env_, store.c_str(), MDB_NOTLS, 0600), "mdb_env_open");
  }
  ~Environment() { mdb_env_close(env_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  operator MDB_env*() const { return env_; }

 private:
  MDB_env* env_ = nullptr;
};

/// A row is a byte of format, a hash of 32 bytes, in format 2 the commit's first entry in 8 bytes, the number of
/// signatures and each in 73 bytes, and a JSON object.
std::string_view body_of(std::string_view row) {
  constexpr std::size_t hash_end = 1 + 32;
  if (row.at(0) == 1) return row.substr(hash_end);
  constexpr std::size_t number = hash_end + 8;
  constexpr std::size_t signature = 1 + 8 + 64;
  return row.substr(number + 1 + signature * static_cast<unsigned char>(row.at(number)));
}

std::string to_string(const MDB_val& value) { return {static_cast<const char*>(value.mv_data), value.mv_size}; }

MDB_val to_val(const std::string& text) { return {text.size(), const_cast<char*>(text.data())}; }

template <class Visit>
void for_each(MDB_txn* transaction, MDB_dbi table, Visit visit) {
  MDB_cursor* cursor = nullptr;
  check(mdb_cursor_open(transaction, table, &cursor), "mdb_cursor_open");
  MDB_val key{};
  MDB_val value{};
  while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) visit(to_string(key), to_string(value));
  mdb_cursor_close(cursor);
}

}  // namespace

std::vector<Row> read_rows(const std::filesystem::path& store) {
  const Environment env(store);
  MDB_txn* transaction = nullptr;
  check(mdb_txn_begin(env, nullptr, MDB_RDONLY, &transaction), "mdb_txn_begin");
  MDB_dbi tables = 0;
  check(mdb_dbi_open(transaction, nullptr, 0, &tables), "the table of tables");
  std::vector<std::string> names;
  for_each(transaction, tables, [&](std::string name, const std::string&) { names.push_back(std::move(name)); });
  std::vector<Row> rows;
  for (const std::string& name : names) {
    MDB_dbi table = 0;
    check(mdb_dbi_open(transaction, name.c_str(), 0, &table), name.c_str());
    for_each(transaction, table, [&](std::string key, std::string value) {
      rows.push_back({name, std::move(key), std::move(value)});
    });
  }
  mdb_txn_abort(transaction);
  return rows;
}

std::vector<boost::json::object> read_audit(const std::filesystem::path& store) {
  std::vector<boost::json::object> entries;
  for (const Row& row : read_rows(store)) {
    if (row.table == "audit") entries.push_back(boost::json::parse(body_of(row.value)).as_object());
  }
  return entries;
}

void write_row(const std::filesystem::path& store, const std::string& table, const std::string& key,
               const std::optional<std::string>& value) {
  const Environment env(store);
  MDB_txn* transaction = nullptr;
  check(mdb_txn_begin(env, nullptr, 0, &transaction), "mdb_txn_begin");
  MDB_dbi dbi = 0;
  check(mdb_dbi_open(transaction, table.c_str(), 0, &dbi), table.c_str());
  MDB_val key_val = to_val(key);
  if (value) {
    MDB_val value_val = to_val(*value);
    check(mdb_put(transaction, dbi, &key_val, &value_val, 0), "mdb_put");
  } else {
    check(mdb_del(transaction, dbi, &key_val, nullptr), "mdb_del");
  }
  check(mdb_txn_commit(transaction), "mdb_txn_commit");
}

bool is_prekey(const Row& row) { return row.table == "meta" && row.key.starts_with("prekey"); }

void remove_prekeys(const std::filesystem::path& store, std::size_t kept) {
  for (const Row& row : read_rows(store)) {
    if (!is_prekey(row)) continue;
    if (kept > 0) {
      --kept;
    } else {
      write_row(store, row.table, row.key, std::nullopt);
    }
  }
}

}  // namespace tacit::test
