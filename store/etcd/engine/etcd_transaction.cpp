#include "store/etcd/engine/etcd_transaction.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "store/etcd/engine/suspend.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::size_t longest_key = 511;  // as in the embedded engine, so that rows fit both
constexpr std::size_t rows_per_request = 512;

bool is_possible_key(ByteView key) { return !key.empty() && key.size() <= longest_key; }

bool is_same(const Range& a, const Range& b) {
  return a.key == b.key && a.end == b.end && a.limit == b.limit && a.keys_only == b.keys_only;
}

}  // namespace

void EtcdTransaction::want(Range range) {
  const auto same = [&range](const Range& other) { return is_same(range, other); };
  if (std::ranges::none_of(wants_, same)) wants_.push_back(std::move(range));
}

void EtcdTransaction::resume(std::size_t answered) {
  wants_.erase(wants_.begin(), wants_.begin() + static_cast<std::ptrdiff_t>(std::min(answered, wants_.size())));
  if (waiting_) std::exchange(waiting_, nullptr).resume();
}

std::optional<std::optional<ByteView>> EtcdTransaction::look_up(ByteView key, Recorded recorded) {
  const auto* const changed = change_of(key);
  if (changed != nullptr) return *changed ? std::optional<ByteView>(**changed) : std::optional<ByteView>();
  const auto found = snapshot_.find(key);
  if (found.known == ReadSnapshot::Known::no) return std::nullopt;
  const bool exists = found.known == ReadSnapshot::Known::row;
  if (writes_ && recorded == Recorded::yes) reads_.key(key, exists ? found.row->second.mod_revision : 0);
  if (!writes_ && context_.keys.is_cached(key)) cached_keys_.push_back(copy_of(key));
  if (!exists) return std::optional<ByteView>();
  ++rows_read_;
  return std::optional<ByteView>(found.row->second.value);
}

Task<std::optional<ByteView>> EtcdTransaction::get(Table table, ByteView key) {
  if (!is_possible_key(key)) return std::optional<ByteView>();
  if (table == Table::audit) {
    const auto place = entry_of_key(key);
    if (!place) return std::optional<ByteView>();
    return get_entry(*place);
  }
  Bytes at = context_.keys.key(table, key);
  if (const auto known = look_up(at, Recorded::yes)) return *known;
  // Wanted already now: a caller that makes two tasks before it awaits the first gets both in one request.
  Range range;
  range.key = at;
  want(std::move(range));
  return fetch(std::move(at), Recorded::yes);
}

void EtcdTransaction::expect(Table table, ByteView key) {
  if (table == Table::audit || !is_possible_key(key)) return;
  Range range;
  range.key = context_.keys.key(table, key);
  if (change_of(range.key) != nullptr || snapshot_.find(range.key).known != ReadSnapshot::Known::no) return;
  want(std::move(range));
}

Task<std::optional<ByteView>> EtcdTransaction::fetch(Bytes key, Recorded recorded) {
  for (;;) {
    const auto known = look_up(key, recorded);
    if (known) co_return *known;
    Range range;
    range.key = key;
    want(std::move(range));
    Suspend suspend{waiting_};
    co_await suspend;
  }
}

Task<std::vector<Row>> EtcdTransaction::scan(Table table, ByteView prefix, ByteView start, std::size_t limit) {
  if (limit == 0) return std::vector<Row>();
  if (table == Table::audit) {
    const Bytes end_key = prefix_end(prefix);
    const auto first = first_entry_from(is_less(start, prefix) ? prefix : start);
    if (!first) return std::vector<Row>();
    return scan_entries(*first, end_key.empty() ? std::nullopt : first_entry_from(end_key), limit);
  }
  std::vector<KeyRange> ranges = context_.keys.ranges(table, prefix, start);
  if (!ranges.empty()) {
    const ByteView known = snapshot_.known_to(ranges.front().first, ranges.front().end);
    if (!is_less(ranges.front().first, known)) {
      want(page_request(ranges.front(), limit, 0));
    }
  }
  return scan_ranges(std::move(ranges), limit);
}

Task<std::vector<Row>> EtcdTransaction::scan_ranges(std::vector<KeyRange> ranges, std::size_t limit) {
  std::vector<Row> rows;
  for (KeyRange& range : ranges) {
    if (rows.size() >= limit) break;
    const auto more = co_await fetch_rows(std::move(range), limit - rows.size(), Recorded::yes);
    for (const Row& row : more) rows.push_back(Row{context_.keys.row_key(row.key), row.value});
  }
  co_return rows;
}

namespace {

/// The next change in a range; null: none.
const Overlay::Rows::value_type* change_from(const Overlay* overlay, ByteView at, ByteView end) {
  if (overlay == nullptr) return nullptr;
  const auto row = overlay->rows().lower_bound(at);
  return row == overlay->rows().end() || !is_less(row->first, end) ? nullptr : &*row;
}

}  // namespace

bool EtcdTransaction::collect(const KeyRange& range, Bytes& at, std::size_t limit, std::vector<Row>& rows,
                              Recorded recorded) {
  const bool record = writes_ && recorded == Recorded::yes;
  const Bytes began = at;
  const Bytes known = copy_of(snapshot_.known_to(at, range.end));
  auto stored = snapshot_.from(at);
  while (rows.size() < limit && is_less(at, known)) {
    const auto* own = change_from(&changes_, at, known);
    const auto* earlier = change_from(earlier_, at, known);
    const bool has_stored = stored != snapshot_.end() && is_less(stored->first, known);
    const Bytes* next = has_stored ? &stored->first : nullptr;
    for (const auto* change : {own, earlier})
      if (change != nullptr && (next == nullptr || is_less(change->first, *next))) next = &change->first;
    if (next == nullptr) {
      at = known;
      break;
    }
    const bool is_own = own != nullptr && own->first == *next;
    const bool is_earlier = earlier != nullptr && earlier->first == *next;
    const bool is_stored = has_stored && stored->first == *next;
    if (is_stored && record) reads_.key(stored->first, stored->second.mod_revision);
    const auto* change = is_own ? own : is_earlier ? earlier : nullptr;
    if (change != nullptr && change->second) rows.push_back(Row{change->first, *change->second});
    if (change == nullptr) {
      rows.push_back(Row{stored->first, stored->second.value});
      ++rows_read_;
    }
    at = key_after(*next);
    if (is_stored) ++stored;
  }
  if (record) reads_.range(began, at);
  return rows.size() >= limit || !is_less(at, range.end);
}

Range EtcdTransaction::page_request(const KeyRange& rest, std::size_t limit, int attempt) const {
  Range request;
  request.key = rest.first;
  request.end = context_.spacing.end_of_request(context_.keys, rest, attempt);
  request.limit = static_cast<std::int64_t>(std::min(limit, rows_per_request));
  return request;
}

Task<std::vector<Row>> EtcdTransaction::fetch_rows(KeyRange range, std::size_t limit, Recorded recorded) {
  std::vector<Row> rows;
  KeyRange rest = range;
  KeyRange page = range;  // where its present page begins
  std::size_t rows_before = 0;
  int attempt = 0;
  for (;;) {
    const bool finished = collect(range, rest.first, limit, rows, recorded);
    const std::size_t rows_of_page = rows.size() - rows_before;
    const bool is_full = rows_of_page >= std::min(limit - rows_before, rows_per_request);
    if (is_full) {
      context_.spacing.note_page(context_.keys, page, rest.first, rows_of_page);
      page.first = rest.first;
      rows_before = rows.size();
      attempt = 0;
    }
    if (finished) co_return rows;
    want(page_request(rest, limit - rows.size(), attempt++));
    Suspend suspend{waiting_};
    co_await suspend;
  }
}

void EtcdTransaction::put(Table table, ByteView key, ByteView value) {
  if (!is_possible_key(key)) throw std::logic_error("the key of a row is empty or too long");
  if (table == Table::audit) throw std::logic_error("audit entries of a shared engine are logged, not put");
  changes_.put(context_.keys.key(table, key), value);
}

void EtcdTransaction::erase(Table table, ByteView key) {
  if (!is_possible_key(key)) return;
  if (table != Table::audit) return changes_.erase(context_.keys.key(table, key));
  if (const auto place = entry_of_key(key)) erased_entries_.insert(*place);
}

void EtcdTransaction::log(std::string body) { changes_.log(std::move(body)); }

void EtcdTransaction::release_rows() {
  if (writes_) return;  // bounded by what a commit can compare
  ++pages_;
  snapshot_.clear();
  cached_keys_.clear();
  // A walk goes on within the last block, of each slot if it walks them side by side.
  for (auto block = blocks_.begin(); block != blocks_.end();) {
    const auto next = std::next(block);
    const bool is_last = next == blocks_.end() || next->first.slot != block->first.slot;
    block = is_last ? next : blocks_.erase(block);
  }
}

}  // namespace tacit::store::etcd
