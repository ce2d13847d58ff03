// Which revision was the newest some time ago. etcd does not tell, so it is remembered.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "store/etcd/engine/background.hpp"

namespace tacit::store::etcd {

/// Not thread-safe.
class RevisionSamples {
 public:
  /// Keeps at most about 1024 samples.
  explicit RevisionSamples(BootClock::duration keep) : keep_(keep) {}

  /// `revision` was the newest at that time or before it. In the order of times. A smaller revision than before means
  /// that another state was restored: the former samples are forgotten.
  void add(BootClock::time_point time, std::int64_t revision);
  /// A revision that was the newest `keep` before `now`, or earlier; std::nullopt if none is known.
  std::optional<std::int64_t> before(BootClock::time_point now);

 private:
  struct Sample {
    BootClock::time_point time;
    std::int64_t revision = 0;
  };
  const BootClock::duration keep_;
  std::deque<Sample> samples_;  ///< oldest first
};

}  // namespace tacit::store::etcd
