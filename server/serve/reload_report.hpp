// What a reload reports, and whether it counts as good.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tacit::server {

/// What came of a reload.
struct ReloadReport {
  /// A part that stayed as it was, and why: a sentence. A reason each.
  struct Kept {
    std::string part;
    std::string reason;
  };
  std::vector<std::string> taken;  ///< parts that were read again and are in use
  std::vector<Kept> kept;
  std::vector<std::string> restart_needed;    ///< settings that changed and count only from a restart on
  std::vector<std::string> next_start_fails;  ///< why, though what was read is good
  std::int64_t at = 0;                        ///< seconds since 1970

  bool good() const { return kept.empty() && next_start_fails.empty(); }
};

}  // namespace tacit::server
