#include "server/serve/lifecycle.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "http/log/log.hpp"
#include "http/log/log_writer.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {
constexpr std::chrono::seconds grace{2};

/// Asio gives a signal its default action back with the end of the last set that has it, and then a late one would
/// replace the process's exit code. These sets never end; nobody waits for them.
struct KeptSignals {
  asio::io_context context{1};
  asio::signal_set signals{context, SIGTERM, SIGINT, SIGHUP};
};

void keep_signals_to_the_end() { [[maybe_unused]] static const KeptSignals* const kept = new KeptSignals; }

/// Longest time from the last accept to the end of the process: requests, then the store's writes, and a margin.
std::chrono::seconds longest_end(const Config& config) { return 2 * config.shutdown_timeout + 5 * grace; }

}  // namespace

Lifecycle::Lifecycle(const Config& config, const ServiceManager& manager)
    : config_(config),
      manager_(manager),
      stop_signals_(context_, SIGTERM, SIGINT),
      reload_signal_(context_, SIGHUP),
      exit_code_(exit_ok) {
  keep_signals_to_the_end();
}

void Lifecycle::store_failed(const std::string& why) {
  exit_code_ = exit_failed;  // not in the posted function, which may run too late
  http::log(http::LogLine(http::LogLevel::error, "store_failed").field("reason", why));
  asio::post(context_, [this] { context_.stop(); });
}

void Lifecycle::run(std::function<void()> reload) {
  reload_ = std::move(reload);
  await_stop();
  await_reload();
  const auto keep_running = asio::make_work_guard(context_);
  context_.run();
}

void Lifecycle::await_stop() {
  stop_signals_.async_wait([this](error_code error, int signal) {
    if (error) return;
    if (stopping_.exchange(true)) return context_.stop();
    http::log(http::LogLine(http::LogLevel::info, "stopping").field("signal", signal));
    manager_.stopping("stopping: serving until load balancers react", config_.drain_delay + longest_end(config_));
    // The server continues to serve until load balancers have noticed.
    delay_.expires_after(config_.drain_delay);
    delay_.async_wait([this](error_code) { context_.stop(); });
    await_stop();
  });
}

void Lifecycle::await_reload() {
  reload_signal_.async_wait([this](error_code error, int) {
    if (error) return;
    if (!stopping_) reload_();
    await_reload();
  });
}

int Lifecycle::wind_down(http::Server& server, const std::function<void()>& let_go) {
  manager_.stopping("stopping: finishing requests in flight", longest_end(config_));
  server.drain();
  if (server.finished_within(config_.shutdown_timeout)) return exit_code_;
  http::log(http::LogLine(http::LogLevel::warn, "shutdown_timeout"));
  let_go();
  server.abort();
  if (!server.finished_within(grace)) give_up("requests in flight cannot be aborted");
  return exit_code_;
}

void Lifecycle::give_up(const std::string& why) {
  http::log(http::LogLine(http::LogLevel::error, "stuck").field("reason", why));
  http::flush_log(grace);
  std::_Exit(exit_failed);
}

}  // namespace tacit::server
