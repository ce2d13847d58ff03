// The reads of one request to etcd: those of all works that wait, each range once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "store/etcd/engine/read_snapshot.hpp"

namespace tacit::store::etcd {

/// What one request may ask for.
struct RoundLimits {
  std::size_t ranges = 1;
  std::int64_t rows = INT64_MAX;  ///< of each range; the rest of a longer one is asked for afterwards
};

/// Half as much, after an answer that was too large. std::nullopt: less than one row of one range cannot be asked for.
std::optional<RoundLimits> halved(RoundLimits limits);

class ReadRound {
 public:
  explicit ReadRound(std::size_t most) : ReadRound(RoundLimits{.ranges = most}) {}
  explicit ReadRound(RoundLimits limits) : limits_(limits) {}

  /// The range's place in the request; std::nullopt if the request is full.
  std::optional<std::size_t> add(const Range& range);
  bool empty() const { return ranges_.empty(); }
  ReadTxn request(std::int64_t revision) const { return {ranges_, revision}; }

  /// Adds the answer to the snapshot, which gets its revision, except for requests of keys alone. False if it is not
  /// an answer to this request.
  bool deliver(ReadTxnResult result, ReadSnapshot& snapshot);
  /// The answer to a request of keys alone; else null.
  const RangeResult* keys_of(std::size_t place) const;
  /// Whether the answer said nothing about what was asked.
  bool is_useless(std::size_t place) const { return useless_.at(place); }

 private:
  RoundLimits limits_;
  std::vector<Range> ranges_;
  std::map<std::tuple<Bytes, Bytes, std::int64_t, bool>, std::size_t> places_;
  std::map<std::size_t, RangeResult> keys_;
  std::vector<bool> useless_;
};

}  // namespace tacit::store::etcd
