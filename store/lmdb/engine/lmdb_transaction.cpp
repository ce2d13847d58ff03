#include "store/lmdb/engine/lmdb_transaction.hpp"

#include <lmdb.h>

#include <algorithm>
#include <stdexcept>

#include "store/lmdb/pages/scrub_put.hpp"
#include "store/rows/audit_slot_key.hpp"

namespace tacit::store {
namespace {

MDB_val val(ByteView bytes) { return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; }
ByteView view(const MDB_val& value) { return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size}; }

bool begins_with(ByteView bytes, ByteView prefix) {
  return bytes.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

/// Whether a row may follow in a scan. On damaged pages LMDB may go back, and a scan that continues after its last row
/// would never end.
bool may_follow(const std::vector<Row>& rows, ByteView start, ByteView key) {
  const auto less = [](ByteView a, ByteView b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  };
  return rows.empty() ? !less(key, start) : less(rows.back().key, key);
}

/// Of a key. LMDB reports a look-up of a longer or an empty one as its own failure.
constexpr std::size_t longest = 511;

/// Whether a row can have that key.
bool is_possible_key(ByteView key) { return !key.empty() && key.size() <= longest; }

/// Whether the row is the one from which a scan goes on, whose key is the longest possible: the next key after it is
/// one byte longer than LMDB takes, so that the scan begins at the row itself.
bool is_before(ByteView start, ByteView key) {
  return start.size() > longest && std::ranges::equal(key, start.first(longest));
}

class Cursor {
 public:
  Cursor(MDB_txn* txn, MDB_dbi table) : code_(mdb_cursor_open(txn, table, &cursor_)) {}
  ~Cursor() {
    if (cursor_ != nullptr) mdb_cursor_close(cursor_);
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  int move(MDB_val& key, MDB_val& value, MDB_cursor_op op) {
    return code_ == MDB_SUCCESS ? mdb_cursor_get(cursor_, &key, &value, op) : code_;
  }

 private:
  MDB_cursor* cursor_ = nullptr;
  int code_;
};

}  // namespace

LmdbTransaction::~LmdbTransaction() {
  if (nested_ != nullptr) mdb_txn_abort(nested_);
}

bool LmdbTransaction::found(int code) {
  if (code == MDB_SUCCESS) return true;
  if (code != MDB_NOTFOUND && error_ == 0) error_ = code;
  return false;
}

Task<std::optional<ByteView>> LmdbTransaction::get(Table table, ByteView key) {
  MDB_val k = val(key);
  MDB_val v{};
  if (error_ != 0 || !is_possible_key(key)) return std::optional<ByteView>();
  if (!found(mdb_get(current(), env_.table(table), &k, &v))) return std::optional<ByteView>();
  count_rows(1);
  return std::optional<ByteView>(view(v));
}

Task<std::vector<Row>> LmdbTransaction::scan(Table table, ByteView prefix, ByteView start, std::size_t limit) {
  std::vector<Row> rows;
  if (error_ != 0 || limit == 0) return rows;
  Cursor cursor(current(), env_.table(table));
  // A start before the prefix would return other rows first.
  const bool from_prefix = std::lexicographical_compare(start.begin(), start.end(), prefix.begin(), prefix.end());
  const ByteView first = from_prefix ? prefix : start;
  MDB_val k = val(first.first(std::min(first.size(), longest)));
  MDB_val v{};
  MDB_cursor_op op = k.mv_size == 0 ? MDB_FIRST : MDB_SET_RANGE;
  while (rows.size() < limit && found(cursor.move(k, v, op))) {
    if (!begins_with(view(k), prefix)) break;
    if (is_before(first, view(k))) {
      op = MDB_NEXT;
      continue;
    }
    if (!may_follow(rows, first, view(k))) {
      error_ = MDB_CORRUPTED;
      break;
    }
    rows.push_back(Row{view(k), view(v)});
    op = MDB_NEXT;
  }
  count_rows(rows.size());
  return rows;
}

/// The last row of the table is that of slot 0, or of the largest slot: usually there is no other slot.
Task<std::optional<Row>> LmdbTransaction::newest_entry(AuditSlot slot) {
  MDB_val k{};
  MDB_val v{};
  if (error_ != 0) return std::optional<Row>();
  Cursor cursor(current(), env_.table(Table::audit));
  if (!found(cursor.move(k, v, MDB_LAST))) return std::optional<Row>();
  if (audit_slot_of_key(view(k)) != slot) {
    const auto next = audit_slot_prefix(AuditSlot{static_cast<std::uint16_t>(slot.number + 1)});
    k = val(next);
    const bool has_next = found(cursor.move(k, v, MDB_SET_RANGE));
    if (!found(cursor.move(k, v, has_next ? MDB_PREV : MDB_LAST))) return std::optional<Row>();
    if (audit_slot_of_key(view(k)) != slot) return std::optional<Row>();
  }
  count_rows(1);
  return std::optional<Row>(Row{view(k), view(v)});
}

Task<std::vector<AuditSlot>> LmdbTransaction::audit_slots() {
  std::vector<AuditSlot> slots;
  MDB_val k{};
  MDB_val v{};
  if (error_ != 0) return slots;
  Cursor cursor(current(), env_.table(Table::audit));
  MDB_cursor_op op = MDB_FIRST;
  auto next = audit_slot_prefix({});
  while (found(cursor.move(k, v, op))) {
    const AuditSlot slot = audit_slot_of_key(view(k));
    const bool is_new = slots.empty() || slot > slots.back();
    op = is_new ? MDB_SET_RANGE : MDB_NEXT;  // to the next slot, or past a row that is no entry
    if (!is_new) continue;
    slots.push_back(slot);
    next = audit_slot_prefix(AuditSlot{static_cast<std::uint16_t>(slot.number + 1)});
    k = val(next);
  }
  return slots;
}

Task<std::uint64_t> LmdbTransaction::strangers() {
  std::uint64_t found_strangers = 0;
  MDB_val k{};
  MDB_val v{};
  constexpr MDB_dbi table_of_tables = 1;  // the one without a name, in every LMDB environment
  Cursor cursor(current(), table_of_tables);
  while (error_ == 0 && found(cursor.move(k, v, MDB_NEXT))) {
    const std::string_view name = crypto::as_text(view(k));
    if (std::ranges::find(table_names, name) == table_names.end()) ++found_strangers;
  }
  return found_strangers;
}

Task<std::uint64_t> LmdbTransaction::estimate(Table table) {
  MDB_stat stat{};
  if (error_ == 0) found(mdb_stat(current(), env_.table(table), &stat));
  return std::uint64_t{stat.ms_entries};
}

bool LmdbTransaction::begin_nested() {
  if (nested_ != nullptr) return true;
  if (!found(mdb_txn_begin(env_.handle(), txn_, 0, &nested_))) nested_ = nullptr;
  return nested_ != nullptr;
}

int LmdbTransaction::store(Table table, ByteView key, ByteView value, unsigned flags) {
  return put_clean(nested_, env_.table(table), key, value, flags, env_.page_size());
}

void LmdbTransaction::put(Table table, ByteView key, ByteView value) {
  // A fault of the caller: it must not look like a disk failure, which would stop the engine.
  if (!is_possible_key(key)) throw std::logic_error("the key of a row is empty or too long");
  if (error_ != 0 || !begin_nested()) return;
  // Without MDB_APPEND every page of the growing log would stay half empty. With it nothing is put if the key is not
  // the largest.
  int code = table == Table::audit ? store(table, key, value, MDB_APPEND) : MDB_KEYEXIST;
  if (code == MDB_KEYEXIST) code = store(table, key, value, 0);
  found(code);
}

void LmdbTransaction::log(std::string /*body*/) {
  throw std::logic_error("an entry was logged without its place on an engine that is not shared");
}

void LmdbTransaction::erase(Table table, ByteView key) {
  if (error_ != 0 || !is_possible_key(key) || !begin_nested()) return;
  MDB_val k = val(key);
  found(mdb_del(nested_, env_.table(table), &k, nullptr));
}

void LmdbTransaction::keep() {
  if (nested_ == nullptr || error_ != 0) return;
  found(mdb_txn_commit(std::exchange(nested_, nullptr)));
}

}  // namespace tacit::store
