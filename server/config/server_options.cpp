#include "server/config/server_options.hpp"

#include <algorithm>
#include <thread>

namespace tacit::server {
namespace {

http::PeerLimits peer_limits(const Config& config) {
  http::PeerLimits limits;
  limits.api.age = config.connection_max_age.value_or(limits.api.age);
  limits.tools.age = config.tool_connection_max_age.value_or(config.connection_max_age.value_or(limits.tools.age));
  limits.api.requests = limits.tools.requests = config.connection_max_requests;
  limits.write_rate = config.write_rate;
  limits.buffer_memory = config.buffer_memory;
  return limits;
}

}  // namespace

http::ServerOptions server_options(const Config& config) {
  http::ServerOptions options;
  options.threads = config.threads != 0 ? config.threads : std::max(1U, std::thread::hardware_concurrency());
  options.timeouts = config.timeouts;
  options.access_log = config.access_log;
  options.access_log_sample = config.access_log_sample;
  options.max_connections = config.max_connections;
  options.max_connections_per_address = config.max_connections_per_address;
  options.tenant_rate = {config.request_rate, config.request_burst};
  options.auth_failures = {config.failed_auth_rate, config.failed_auth_burst};
  options.issuer_questions = {config.issuer_ask_rate, config.issuer_ask_burst};
  options.balancers = {config.proxy_protocol_from, config.forwarded_from, config.forwarded_header};
  options.peers = peer_limits(config);
  return options;
}

}  // namespace tacit::server
