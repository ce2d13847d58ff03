// The result of a reload, and the judgement whether it succeeded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tacit::server {

struct ReloadResult {
  /// A part that was not changed, with one reason: a sentence. A part may appear several times.
  struct Kept {
    std::string part;
    std::string reason;
  };
  std::vector<std::string> taken;  ///< parts that were reloaded
  std::vector<Kept> kept;
  std::vector<std::string> restart_needed;    ///< changed settings that need a restart
  std::vector<std::string> next_start_fails;  ///< reasons, although the reloaded parts are valid
  std::int64_t at = 0;                        ///< seconds since 1970

  /// The only judgement of a reload: the log, `tacit reload`, `tacit status`, the metrics and the service manager's
  /// status line use it. Settings that need a restart do not make a reload fail.
  bool succeeded() const;
};

}  // namespace tacit::server
