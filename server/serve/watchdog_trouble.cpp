#include "server/serve/watchdog_trouble.hpp"

#include "store/health.hpp"

namespace tacit::server {

std::optional<std::string> blocked_thread(const http::Server& server) {
  const auto thread = server.stuck_thread();
  if (!thread) return std::nullopt;
  return "io thread " + std::to_string(*thread) + " is blocked";
}

std::optional<std::string> trouble(const http::Server& server, const store::Store& store) {
  if (auto blocked = blocked_thread(server)) return blocked;
  return store.health().unwilling();
}

}  // namespace tacit::server
