#include "store/secrets/opened_metadata.hpp"

#include "store/rows/opened_rows.hpp"

namespace tacit::store {

void forget_unused_metadata(std::chrono::steady_clock::time_point now) { OpenedRows::of_thread().forget_unused(now); }

}  // namespace tacit::store
