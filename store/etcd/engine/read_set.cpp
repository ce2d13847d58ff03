#include "store/etcd/engine/read_set.hpp"

#include <iterator>
#include <utility>

namespace tacit::store::etcd {

void ReadSet::key(ByteView key, std::int64_t mod_revision) {
  if (keys_.find(key) != keys_.end()) return;
  keys_.emplace(copy_of(key), mod_revision);
  bytes_ += key.size();
}

void ReadSet::range(ByteView from, ByteView to) {
  if (!is_less(from, to)) return;
  Bytes first = copy_of(from);
  Bytes end = copy_of(to);
  bytes_ += first.size() + end.size();
  auto next = ranges_.upper_bound(first);
  if (next != ranges_.begin()) {
    const auto before = std::prev(next);
    if (!is_less(before->second, first)) {
      first = before->first;
      if (is_less(end, before->second)) end = before->second;
      ranges_.erase(before);
    }
  }
  while (next != ranges_.end() && !is_less(end, next->first)) {
    if (is_less(end, next->second)) end = next->second;
    next = ranges_.erase(next);
  }
  ranges_.emplace(std::move(first), std::move(end));
}

void ReadSet::merge(const ReadSet& other) {
  for (const auto& [key, mod_revision] : other.keys_) this->key(key, mod_revision);
  for (const auto& [first, end] : other.ranges_) range(first, end);
}

bool ReadSet::meets(const Overlay& changes) const {
  for (const auto& [key, mod_revision] : keys_) {
    static_cast<void>(mod_revision);
    if (changes.find(key) != nullptr) return true;
  }
  for (const auto& [first, end] : ranges_) {
    const auto next = changes.rows().lower_bound(first);
    if (next != changes.rows().end() && is_less(next->first, end)) return true;
  }
  return false;
}

bool ReadSet::differs(const ReadSnapshot& newer, std::int64_t revision) const {
  for (const auto& [key, mod_revision] : keys_) {
    const auto found = newer.find(key);
    if (found.known == ReadSnapshot::Known::absent && mod_revision != 0) return true;
    if (found.known == ReadSnapshot::Known::row && found.row->second.mod_revision != mod_revision) return true;
  }
  for (const auto& [first, end] : ranges_) {
    for (auto row = newer.from(first); row != newer.end() && is_less(row->first, end); ++row)
      if (row->second.mod_revision > revision) return true;
  }
  return false;
}

void ReadSet::add_compares(std::vector<Compare>& compares, std::int64_t revision) const {
  for (const auto& [key, mod_revision] : keys_) {
    Compare compare;
    compare.key = key;
    compare.number = mod_revision;
    compares.push_back(std::move(compare));
  }
  for (const auto& [first, end] : ranges_) {
    Compare compare;
    compare.target = Compare::Target::revision_below;
    compare.key = first;
    compare.end = end;
    compare.number = revision + 1;
    compares.push_back(std::move(compare));
  }
}

std::vector<Range> ReadSet::again(std::size_t most) const {
  std::vector<Range> requests;
  for (const auto& [first, end] : ranges_) {
    if (requests.size() >= most) return requests;
    Range request;
    request.key = first;
    request.end = end;
    request.limit = 512;
    requests.push_back(std::move(request));
  }
  for (const auto& [key, mod_revision] : keys_) {
    static_cast<void>(mod_revision);
    if (requests.size() >= most) return requests;
    Range request;
    request.key = key;
    requests.push_back(std::move(request));
  }
  return requests;
}

}  // namespace tacit::store::etcd
