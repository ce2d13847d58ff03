#include "server/serve/watchdog_trouble.hpp"

#include "store/health.hpp"

namespace tacit::server {

std::optional<std::string> trouble(const http::Server& server, const store::Store& store) {
  if (const auto thread = server.stuck_thread()) {
    return "io thread " + std::to_string(*thread) + " is blocked";
  }
  return store.health().unwilling();
}

}  // namespace tacit::server
