// How much a long walk reads in one transaction, so that it suits each engine.
#pragma once

#include <algorithm>
#include <cstddef>

#include "store/engine/engine.hpp"

namespace tacit::store {

/// Rows of one scan, at most `most`: on an engine that waits they travel over the network.
inline std::size_t rows_of_scan(const EngineTraits& traits, std::size_t most) {
  constexpr std::size_t most_sent = 512;
  return traits.waits ? std::min(most, most_sent) : most;
}

/// Scans of one transaction, at most `most`. On an engine that waits it is one: the engine may run a transaction again
/// when a read fails, and a walk has to use each row once.
inline std::size_t scans_of_walk(const EngineTraits& traits, std::size_t most) { return traits.waits ? 1 : most; }

/// Items that one transaction may change, at most `most`, if each is about `rows` rows that are read, written or
/// erased.
inline std::size_t items_of_write(const EngineTraits& traits, std::size_t most, std::size_t rows) {
  return std::max<std::size_t>(std::min(most, traits.rows_per_write / rows), 1);
}

/// Bytes of rows that one transaction may write, at most `most`; the rest is for what belongs to them.
inline std::size_t bytes_of_write(const EngineTraits& traits, std::size_t most) {
  return std::min(most, traits.bytes_per_write / 2);
}

}  // namespace tacit::store
