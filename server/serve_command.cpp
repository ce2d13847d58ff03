// `tacit serve`: wires keys, store, TLS and listeners together, then waits for the end.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <memory>
#include <optional>
#include <thread>

#include "auth/tool_identities.hpp"
#include "http/log.hpp"
#include "http/server.hpp"
#include "http/tls_context.hpp"
#include "server/commands.hpp"
#include "server/errors.hpp"
#include "server/open_store.hpp"
#include "store/store.hpp"

namespace tacit::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

tcp::endpoint resolve(const Endpoint& where) {
  asio::io_context context;
  tcp::resolver resolver(context);
  boost::system::error_code error;
  const auto found = resolver.resolve(where.host, std::to_string(where.port), tcp::resolver::passive, error);
  if (error || found.empty()) throw UsageError("cannot find the address " + where.str() + ": " + error.message());
  return found.begin()->endpoint();
}

http::Listener make_listener(http::Plane plane, const Endpoint& where, const http::TlsFiles& files) {
  auto tls = http::make_tls_context(files);
  if (!tls) throw UsageError(tls.error().message);
  return http::Listener{plane, resolve(where), std::move(*tls)};
}

std::vector<http::Listener> make_listeners(const Config& config) {
  std::vector<http::Listener> listeners;
  if (runs_api(config.plane)) {
    const http::TlsFiles files{config.api_certificate, config.api_certificate_key, {}};
    listeners.push_back(make_listener(http::Plane::api, config.api_listen, files));
  }
  if (runs_tools(config.plane)) {
    const http::TlsFiles files{config.tool_certificate, config.tool_certificate_key, config.tool_client_ca};
    listeners.push_back(make_listener(http::Plane::tools, config.tool_listen, files));
  }
  return listeners;
}

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

/// The main thread's part of a server's life: it waits for a signal or for the store to fail, then winds down.
class Lifecycle {
 public:
  explicit Lifecycle(const Config& config) : config_(config) {}

  /// Safe from any thread, also before run().
  void store_failed(const std::string& why) {
    asio::post(context_, [this, why] {
      http::log(http::LogLine(http::LogLevel::error, "store_failed").field("reason", why));
      exit_code_ = exit_failed;
      context_.stop();
    });
  }

  /// Blocks until it is time to stop; answers the exit code so far.
  void run() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) return;
      http::log(http::LogLine(http::LogLevel::info, "stopping").field("signal", signal));
      // While balancers learn that this server is leaving, it serves on.
      delay_.expires_after(config_.drain_delay);
      delay_.async_wait([this](boost::system::error_code) { context_.stop(); });
    });
    const auto keep_running = asio::make_work_guard(context_);
    context_.run();
  }

  int wind_down(http::Server& server) {
    server.drain();
    if (!server.finished_within(config_.timeouts.shutdown)) {
      http::log(http::LogLine(http::LogLevel::warn, "shutdown_timeout"));
      server.abort();
      server.finished_within(std::chrono::seconds(1));
    }
    return exit_code_;
  }

 private:
  const Config& config_;
  asio::io_context context_{1};
  asio::signal_set signals_{context_, SIGTERM, SIGINT};
  asio::steady_timer delay_{context_};
  int exit_code_ = exit_ok;
};

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

int serve(const Config& config) {
  Lifecycle lifecycle(config);
  const std::optional<auth::ToolIdentities> identities = load_identities(config);
  std::vector<http::Listener> listeners = make_listeners(config);
  std::unique_ptr<store::Store> store = open_served_store(config, lifecycle);
  const http::Services services{*store, identities ? &*identities : nullptr};
  auto listening = http::Server::listen(std::move(listeners), server_options(config), services);
  if (!listening) throw UsageError(listening.error().message);
  std::unique_ptr<http::Server> server = std::move(*listening);
  server->start();
  log_ready(config, *server);
  lifecycle.run();
  const int code = lifecycle.wind_down(*server);
  server.reset();  // joins the threads; then the store writes what is still queued
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
