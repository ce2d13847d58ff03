#include "store/etcd/engine/read_round.hpp"

#include <algorithm>
#include <utility>

namespace tacit::store::etcd {

std::optional<RoundLimits> halved(RoundLimits limits) {
  constexpr std::int64_t usual_rows = 512;  // of one request of a transaction
  if (limits.ranges == 1 && limits.rows == 1) return std::nullopt;
  limits.ranges = std::max<std::size_t>(1, limits.ranges / 2);
  limits.rows = std::max<std::int64_t>(1, std::min(limits.rows, usual_rows) / 2);
  return limits;
}

std::optional<std::size_t> ReadRound::add(const Range& range) {
  const bool is_cut = !range.end.empty() && !range.keys_only && (range.limit == 0 || range.limit > limits_.rows);
  const std::int64_t limit = is_cut ? limits_.rows : range.limit;
  auto name = std::make_tuple(range.key, range.end, limit, range.keys_only);
  if (const auto known = places_.find(name); known != places_.end()) return known->second;
  if (ranges_.size() >= limits_.ranges) return std::nullopt;
  ranges_.push_back(range);
  ranges_.back().limit = limit;
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
