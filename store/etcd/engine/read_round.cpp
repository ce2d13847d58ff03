#include "store/etcd/engine/read_round.hpp"

#include <utility>

namespace tacit::store::etcd {

std::optional<std::size_t> ReadRound::add(const Range& range) {
  auto name = std::make_tuple(range.key, range.end, range.limit, range.keys_only);
  if (const auto known = places_.find(name); known != places_.end()) return known->second;
  if (ranges_.size() >= most_) return std::nullopt;
  ranges_.push_back(range);
  places_.emplace(std::move(name), ranges_.size() - 1);
  return ranges_.size() - 1;
}

bool ReadRound::deliver(ReadTxnResult result, ReadSnapshot& snapshot) {
  if (result.ranges.size() != ranges_.size() || result.revision <= 0) return false;
  if (snapshot.revision() != 0 && result.revision != snapshot.revision()) return false;
  snapshot.set_revision(result.revision);
  useless_.assign(ranges_.size(), false);
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    if (ranges_[i].keys_only) {
      keys_.emplace(i, std::move(result.ranges[i]));
    } else {
      useless_[i] = !snapshot.add(ranges_[i], std::move(result.ranges[i]));
    }
  }
  return true;
}

const RangeResult* ReadRound::keys_of(std::size_t place) const {
  const auto keys = keys_.find(place);
  return keys == keys_.end() ? nullptr : &keys->second;
}

}  // namespace tacit::store::etcd
