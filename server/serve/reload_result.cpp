#include "server/serve/reload_result.hpp"

namespace tacit::server {

bool ReloadResult::succeeded() const { return kept.empty() && next_start_fails.empty(); }

}  // namespace tacit::server
