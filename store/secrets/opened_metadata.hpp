// What a thread keeps of the metadata that it opened (store/rows/opened_rows.hpp).
#pragma once

#include <chrono>

namespace tacit::store {

/// Overwrites what the calling thread has kept and not used for a while. Threads that serve requests call it now and
/// then.
void forget_unused_metadata(std::chrono::steady_clock::time_point now);

}  // namespace tacit::store
