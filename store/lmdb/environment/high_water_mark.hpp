// The high-water mark of an environment's map: how many of its pages were ever used. They are the first pages of the
// file; pages above the mark have never been used, and pages below it may be free again.
#pragma once

#include <cstdint>

struct MDB_env;

namespace tacit::store {

struct HighWaterMark {
  std::uint64_t touched = 0;  ///< pages that were ever used
  std::uint64_t map = 0;      ///< pages of the whole map
};

/// As of the newest commit. Any thread.
HighWaterMark high_water_mark(MDB_env* env);

}  // namespace tacit::store
