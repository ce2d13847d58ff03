#include "store/etcd/engine/read_snapshot.hpp"

#include <iterator>
#include <utility>

namespace tacit::store::etcd {

bool ReadSnapshot::add(const Range& range, RangeResult result) {
  Bytes end = range.end.empty() ? key_after(range.key) : range.end;
  if (result.more && !range.end.empty() && !result.reached.empty()) {
    if (!is_less(range.key, result.reached)) return false;
    end = std::min(std::move(end), std::move(result.reached), BytesLess());
  } else if (result.more && !range.end.empty()) {
    if (result.rows.empty() || is_less(result.rows.back().key, range.key)) return false;
    Bytes reached = key_after(result.rows.back().key);
    if (is_less(reached, end)) end = std::move(reached);
  }
  for (KeyValue& row : result.rows) {
    if (is_less(row.key, range.key) || !is_less(row.key, end)) continue;
    rows_.try_emplace(std::move(row.key), Stored{std::move(row.value), row.mod_revision, row.create_revision});
  }
  know(range.key, std::move(end));
  return true;
}

void ReadSnapshot::add_row(ByteView key, const std::optional<Stored>& row) {
  if (row) rows_.try_emplace(copy_of(key), *row);
  know(copy_of(key), key_after(key));
}

void ReadSnapshot::know(Bytes first, Bytes end) {
  auto next = known_.upper_bound(first);
  if (next != known_.begin()) {
    const auto before = std::prev(next);
    if (!is_less(before->second, first)) {  // it reaches `first`
      first = before->first;
      if (is_less(end, before->second)) end = before->second;
      known_.erase(before);
    }
  }
  while (next != known_.end() && !is_less(end, next->first)) {
    if (is_less(end, next->second)) end = next->second;
    next = known_.erase(next);
  }
  known_.emplace(std::move(first), std::move(end));
}

ByteView ReadSnapshot::known_to(ByteView first, ByteView end) const {
  const auto next = known_.upper_bound(first);
  if (next == known_.begin()) return first;
  const Bytes& reached = std::prev(next)->second;
  if (!is_less(first, reached)) return first;
  return is_less(reached, end) ? ByteView(reached) : end;
}

ReadSnapshot::Found ReadSnapshot::find(ByteView key) const {
  if (const auto row = rows_.find(key); row != rows_.end()) return {Known::row, row};
  const auto next = known_.upper_bound(key);
  const bool known = next != known_.begin() && is_less(key, std::prev(next)->second);
  return {known ? Known::absent : Known::no, rows_.end()};
}

void ReadSnapshot::clear() {
  rows_.clear();
  known_.clear();
}

}  // namespace tacit::store::etcd
