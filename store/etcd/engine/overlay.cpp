#include "store/etcd/engine/overlay.hpp"

namespace tacit::store::etcd {

void Overlay::merge(const Overlay& later) {
  for (const auto& [key, value] : later.rows_) rows_[key] = value;
  entries_.insert(entries_.end(), later.entries_.begin(), later.entries_.end());
}

void Overlay::forget(ByteView key) {
  if (const auto row = rows_.find(key); row != rows_.end()) rows_.erase(row);
}

const std::optional<Bytes>* Overlay::find(ByteView key) const {
  const auto row = rows_.find(key);
  return row == rows_.end() ? nullptr : &row->second;
}

std::size_t Overlay::bytes() const {
  std::size_t bytes = 0;
  for (const auto& [key, value] : rows_) bytes += key.size() + (value ? value->size() : 0);
  for (const std::string& body : entries_) bytes += body.size();
  return bytes;
}

}  // namespace tacit::store::etcd
