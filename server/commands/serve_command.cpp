// `tacit serve`: connects keys, store, TLS and listeners, then waits until it is stopped.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "auth/tool_identities.hpp"
#include "crypto/memory/published.hpp"
#include "crypto/time/unix_time.hpp"
#include "http/chain/cors.hpp"
#include "http/io/server.hpp"
#include "http/log/log.hpp"
#include "http/log/log_writer.hpp"
#include "http/tls/certificate_watch.hpp"
#include "server/backup/last_backup.hpp"
#include "server/cli/commands.hpp"
#include "server/commands/serve_operation.hpp"
#include "server/config/errors.hpp"
#include "server/config/server_options.hpp"
#include "server/control/control_files.hpp"
#include "server/control/control_socket.hpp"
#include "server/metrics/metrics.hpp"
#include "server/serve/lifecycle.hpp"
#include "server/serve/prekey_keeper.hpp"
#include "server/serve/reload.hpp"
#include "server/serve/root_warning.hpp"
#include "server/serve/service_manager.hpp"
#include "server/serve/store_watch.hpp"
#include "server/serve/use_recorder.hpp"
#include "server/serve/watchdog.hpp"
#include "server/serve/watchdog_trouble.hpp"
#include "server/wiring/config_check.hpp"
#include "server/wiring/console.hpp"
#include "server/wiring/etcd_options.hpp"
#include "server/wiring/identity.hpp"
#include "server/wiring/listeners.hpp"
#include "server/wiring/open_store.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/health.hpp"
#include "store/served_store.hpp"
#include "store/store.hpp"

namespace tacit::server {
namespace {

/// Only the tool plane uses them.
std::optional<crypto::Configured<auth::ToolIdentities>> load_identities(const Config& config) {
  if (!runs_tools(config.plane)) return std::nullopt;
  auto identities = auth::ToolIdentities::load(config.tool_identities);
  if (!identities) throw UsageError(identities.error().message);
  return std::optional<crypto::Configured<auth::ToolIdentities>>(std::in_place, std::move(*identities));
}

/// Older versions cannot open the store from now on.
void log_format(std::uint32_t format) {
  http::LogLine line(http::LogLevel::info, "store_format_raised");
  http::log(line.field("format", format));
}

/// The server continues: most requests do not meet the damage.
void log_damage(const std::string& why) {
  http::log(http::LogLine(http::LogLevel::error, "store_damaged").field("reason", why));
}

std::unique_ptr<store::Store> open_served_store(const Config& config, Lifecycle& lifecycle) {
  store::StoreOptions options = serving_store_options(config);
  options.on_failure = [&lifecycle](const std::string& why) { lifecycle.store_failed(why); };
  if (options.etcd) options.etcd->on_failure = options.on_failure;
  options.on_damage = log_damage;
  auto store = store::open_served_store(options, load_serving_keys(config), log_format);
  if (!store) throw UsageError(sentence(store.error()));
  return std::move(*store);
}

void log_ready(const Config& config, const http::Server& server) {
  http::LogLine line(http::LogLevel::info, "ready");
  line.field("version", TACIT_VERSION);
  if (runs_api(config.plane)) line.field("api", endpoint_text(server.endpoint(http::Plane::api)));
  if (runs_tools(config.plane)) line.field("tools", endpoint_text(server.endpoint(http::Plane::tools)));
  if (config.admin_listen) line.field("admin", endpoint_text(server.endpoint(http::Plane::admin)));
  http::log(line);
}

void log_notes(const Config& config) {
  for (const std::string& note : find_notes(config)) {
    http::log(http::LogLine(http::LogLevel::warn, "configuration_note").field("note", note));
  }
}

/// A server also serves without a control socket.
void log_no_control(const std::string& why) {
  http::log(http::LogLine(http::LogLevel::warn, "control_socket_failed").field("reason", why));
}

/// Empties `control` if there is no directory for it.
void open_control(std::optional<ControlSocket>& control, Lifecycle& lifecycle, const std::filesystem::path& directory,
                  ControlSocket::Answer answer) {
  if (directory.empty()) return log_no_control(no_control_directory);
  control.emplace(lifecycle.context(), directory, std::move(answer));
  if (control->trouble()) log_no_control(*control->trouble());
}

/// Returns the process's exit code.
int serve_until_stopped(const Operation::Parts& parts, Lifecycle& lifecycle, http::Server& server,
                        const std::map<std::string, std::string>& environment, auth::Issuers* issuers) {
  const Operation operation(parts);
  std::optional<ControlSocket> control;
  open_control(control, lifecycle, own_control_directory(parts.config, environment),
               [&](const std::string& request) { return operation.answer(request); });
  // Last, because a client that waits for this line may send requests at once.
  log_ready(parts.config, parts.server);
  parts.manager.ready(operation.serving());
  Watchdog watchdog(parts.manager, operation.serving(), [&] { return trouble(server, parts.store); });
  lifecycle.run([&] { operation.reload(); });
  control.reset();
  watchdog.keep_status();
  return lifecycle.wind_down(server, [&] {
    if (issuers != nullptr) issuers->stop();
  });
}

/// Stores the uses of API keys that the server has not stored yet.
void store_last_uses(store::Store& store, http::Server& server) {
  auto uses = server.take_api_key_uses();
  if (uses.empty() || store.health().unwilling()) return;
  const auto stored = run(store.api_keys().record_uses(std::move(uses)));
  if (stored) return;
  http::LogLine line(http::LogLevel::warn, "last_uses_not_stored");
  http::log(line.field("reason", store::to_string(stored.error().code)));
}

/// Logs an uncaught exception as the last line. The standard handler would bypass the log's queue and could wait for
/// its reader forever.
[[noreturn]] void end_with_last_words() {
  std::string what = "no exception";
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "unknown exception";
  }
  http::log(http::LogLine(http::LogLevel::error, "terminated").field("reason", what));
  http::flush_log(std::chrono::seconds(1));
  std::abort();
}

/// The objects that requests use. The server's threads end before them.
struct ServedObjects {
  ServedObjects(const Config& config, Lifecycle& lifecycle)
      : identities(load_identities(config)),
        store(open_served_store(config, lifecycle)),
        watch(*store,
              {.head_interval = config.audit_head_log,
               .prekey_pool = config.prekey_pool,
               .serves_api = runs_api(config.plane),
               .certificate_note =
                   [&config] { return etcd_certificate_note(config.etcd_certificate, crypto::seconds_now()); }}),
        issuers(start_issuers(config)),
        resource(protected_resource(config, issuers.get())),
        console(console_pages(config, issuers.get())),
        cors(http::Cors(config.cors_origins)),
        metrics(*store, issuers.get(),
                {config.store, last_backup_file(config), [&config] { return etcd_certificate_expiry(config); }},
                lifecycle.stopping(), reloads) {}

  crypto::Configured<auth::ToolIdentities>* tool_identities() { return identities ? &*identities : nullptr; }

  std::optional<crypto::Configured<auth::ToolIdentities>> identities;
  std::unique_ptr<store::Store> store;
  StoreWatch watch;
  std::unique_ptr<auth::Issuers> issuers;
  crypto::Configured<http::ProtectedResource> resource;
  crypto::Configured<http::ConsolePages> console;
  crypto::Configured<http::Cors> cors;
  ReloadCounts reloads;
  Metrics metrics;
  http::CertificateWatch certificates;
};

http::Services services_of(const Config& config, const Lifecycle& lifecycle, ServedObjects& served) {
  return {.store = *served.store,
          .tool_identities = served.tool_identities(),
          .stopping = &lifecycle.stopping(),
          .issuers = served.issuers.get(),
          .authentication = {config.token_cache, config.token_cache_time},
          .protected_resource = &served.resource,
          .cors = &served.cors,
          .console = &served.console,
          .value_limit = config.value_limit,
          .tool_user_token = config.tool_user_token,
          .metrics = &served.metrics,
          .serves_api = runs_api(config.plane),
          .certificates = &served.certificates,
          .store_warnings = &served.watch.warnings()};
}

std::unique_ptr<http::Server> start_server(const Config& config, std::vector<http::Listener> listeners,
                                           const http::Services& services, ServedObjects& served) {
  auto listening = http::Server::listen(std::move(listeners), server_options(config), services);
  if (!listening) throw UsageError(listening.error().message);
  std::unique_ptr<http::Server> server = std::move(*listening);
  watch_certificates(config, *server, served.certificates);
  served.metrics.watch(*server, served.certificates);
  served.metrics.watch(served.watch);
  server->start();
  log_unused_addresses(config, *server);
  log_notes(config);
  warn_of_root(config);
  served.certificates.log_expired(std::chrono::steady_clock::now());  // at once, not at the threads' next check
  return server;
}

/// Ends the server, then the store.
void finish(const Config& config, store::Store& store, std::unique_ptr<http::Server> server) {
  store_last_uses(store, *server);
  server.reset();  // joins the threads; then the store writes what is still queued
  if (!store.finish(config.shutdown_timeout)) Lifecycle::give_up("the store cannot finish its writes");
}

int serve(const LoadedConfig& loaded, const ConfigSources& sources) {
  const Config& config = loaded.config;
  const std::map<std::string, std::string> environment = process_environment();
  const ServiceManager manager(environment);
  const InheritedSockets inherited = take_inherited_sockets(environment);
  Lifecycle lifecycle(config, manager);
  std::vector<http::Listener> listeners = make_listeners(config, inherited);
  ServedObjects served(config, lifecycle);
  const http::Services services = services_of(config, lifecycle, served);
  std::unique_ptr<http::Server> server = start_server(config, std::move(listeners), services, served);
  served.watch.start();
  std::optional<PrekeyKeeper> prekeys;
  std::optional<UseRecorder> uses;
  if (runs_tools(config.plane)) {
    prekeys.emplace(*served.store, config.prekey_pool);
    uses.emplace(*served.store);
  }
  Reload reload(sources, loaded,
                {.server = *server,
                 .store = *served.store,
                 .watch = served.watch,
                 .identities = served.tool_identities(),
                 .issuers = served.issuers.get(),
                 .resource = served.resource,
                 .console = served.console,
                 .cors = served.cors,
                 .certificates = served.certificates,
                 .prekeys = prekeys ? &*prekeys : nullptr},
                served.reloads);
  const Operation::Parts parts{.config = config,
                               .manager = manager,
                               .server = *server,
                               .store = *served.store,
                               .watch = served.watch,
                               .certificates = served.certificates,
                               .stopping = lifecycle.stopping(),
                               .reload = reload};
  const int code = serve_until_stopped(parts, lifecycle, *server, environment, served.issuers.get());
  if (prekeys) prekeys->end();
  if (uses) uses->end();
  finish(config, *served.store, std::move(server));
  prekeys.reset();
  served.watch.stop();
  served.store.reset();
  http::log(http::LogLine(http::LogLevel::info, "stopped"));
  return code;
}

}  // namespace

int serve_command(const LoadedConfig& loaded, const ConfigSources& sources) {
  http::set_log_level(loaded.config.log_level);
  std::set_terminate(end_with_last_words);
  // OpenSSL writes to sockets that the peer may have closed.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  return serve(loaded, sources);
}

}  // namespace tacit::server
