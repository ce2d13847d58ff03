// What happens between the snapshots of a walk over many rows.
#pragma once

#include <functional>

#include "store/model/failures.hpp"

namespace tacit::store {

/// Called between the snapshots of a walk, on its thread. False ends the walk, which then fails with unavailable.
using WalkRest = std::function<bool()>;

/// Whether a walk may continue. An empty `rest` always lets it.
inline bool goes_on(const WalkRest& rest) { return !rest || rest(); }

inline Failure walk_was_ended() { return failed(Errc::unavailable, "the count was ended"); }

}  // namespace tacit::store
