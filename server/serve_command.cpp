// `tacit serve`: wires keys, store, TLS and listeners together, then waits for the end.
#include <boost/asio/ip/tcp.hpp>

#include <csignal>
#include <memory>
#include <optional>
#include <thread>

#include "auth/tool_identities.hpp"
#include "http/log.hpp"
#include "http/server.hpp"
#include "server/audit_head_log.hpp"
#include "server/commands.hpp"
#include "server/errors.hpp"
#include "server/identity.hpp"
#include "server/lifecycle.hpp"
#include "server/listeners.hpp"
#include "server/open_store.hpp"
#include "store/store.hpp"

namespace tacit::server {
namespace {

using boost::asio::ip::tcp;

std::optional<auth::ToolIdentities> load_identities(const Config& config) {
  if (!runs_tools(config.plane)) return std::nullopt;
  auto identities = auth::ToolIdentities::load(config.tool_identities);
  if (!identities) throw UsageError(identities.error().message);
  return std::move(*identities);
}

http::ServerOptions server_options(const Config& config) {
  http::ServerOptions options;
  options.threads = config.threads != 0 ? config.threads : std::max(1U, std::thread::hardware_concurrency());
  options.timeouts = {config.timeouts.handshake, config.timeouts.header, config.timeouts.body, config.timeouts.write,
                      config.timeouts.idle};
  options.access_log = config.access_log;
  options.max_connections = config.max_connections;
  options.max_connections_per_address = config.max_connections_per_address;
  options.tenant_rate = {config.request_rate, config.request_burst};
  options.auth_failures = {config.failed_auth_rate, config.failed_auth_burst};
  return options;
}

http::LogLevel log_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return http::LogLevel::debug;
    case LogLevel::info:
      return http::LogLevel::info;
    case LogLevel::warn:
      return http::LogLevel::warn;
    case LogLevel::error:
      break;
  }
  return http::LogLevel::error;
}

std::string text_of(const tcp::endpoint& endpoint) {
  return Endpoint{endpoint.address().to_string(), endpoint.port()}.str();
}

std::unique_ptr<store::Store> open_served_store(const Config& config, Lifecycle& lifecycle) {
  store::StoreOptions options = store_options(config);
  options.on_failure = [&lifecycle](const std::string& why) { lifecycle.store_failed(why); };
  // The API plane must not even open the private half: that it cannot decrypt is the point of having two planes.
  const PrivateKey with_private = runs_tools(config.plane) ? PrivateKey::yes : PrivateKey::no;
  auto store = store::Store::open(options, load_keys(config, with_private));
  if (!store) throw UsageError(sentence(store.error()));
  return std::move(*store);
}

void log_ready(const Config& config, const http::Server& server) {
  http::LogLine line(http::LogLevel::info, "ready");
  line.field("version", TACIT_VERSION);
  if (runs_api(config.plane)) line.field("api", text_of(server.endpoint(http::Plane::api)));
  if (runs_tools(config.plane)) line.field("tools", text_of(server.endpoint(http::Plane::tools)));
  http::log(line);
}

/// What was noted since the last time that the server stored it.
void store_last_uses(store::Store& store, http::Server& server) {
  auto uses = server.take_api_key_uses();
  if (uses.empty() || store.unwilling()) return;
  const auto stored = run(store.record_api_key_uses(std::move(uses)));
  if (stored) return;
  http::LogLine line(http::LogLevel::warn, "last_uses_not_stored");
  http::log(line.field("reason", store::to_string(stored.error().code)));
}

int serve(const Config& config) {
  Lifecycle lifecycle(config);
  const std::optional<auth::ToolIdentities> identities = load_identities(config);
  std::vector<http::Listener> listeners = make_listeners(config);
  std::unique_ptr<store::Store> store = open_served_store(config, lifecycle);
  const std::unique_ptr<auth::Issuers> issuers = start_issuers(config);
  const http::Services services{*store,
                                identities ? &*identities : nullptr,
                                &lifecycle.stopping(),
                                issuers.get(),
                                {config.token_cache, config.token_cache_time},
                                protected_resource(config, issuers.get()),
                                config.tool_user_token};
  auto listening = http::Server::listen(std::move(listeners), server_options(config), services);
  if (!listening) throw UsageError(listening.error().message);
  std::unique_ptr<http::Server> server = std::move(*listening);
  server->start();
  std::optional<AuditHeadLog> audit_head_log(std::in_place, *store, config.audit_head_log);
  log_ready(config, *server);
  lifecycle.run([&] {
    reload_certificates(config, *server);
    if (issuers) issuers->refresh();
  });
  const int code = lifecycle.wind_down(*server);
  store_last_uses(*store, *server);
  server.reset();  // joins the threads; then the store writes what is still queued
  if (!store->finish(config.timeouts.shutdown)) lifecycle.give_up("the store cannot finish its writes");
  audit_head_log.reset();
  store.reset();
  http::log(http::LogLine(http::LogLevel::info, "stopped"));
  return code;
}

}  // namespace

int serve_command(const Config& config) {
  http::set_log_level(log_level(config.log_level));
  // OpenSSL writes to sockets whose other end may be gone.
  std::signal(SIGPIPE, SIG_IGN);
  return serve(config);
}

}  // namespace tacit::server
