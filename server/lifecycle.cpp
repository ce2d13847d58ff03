#include "server/lifecycle.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <csignal>
#include <utility>

#include "http/log.hpp"
#include "server/commands.hpp"

namespace tacit::server {

namespace asio = boost::asio;
using boost::system::error_code;

Lifecycle::Lifecycle(const Config& config)
    : config_(config),
      stop_signals_(context_, SIGTERM, SIGINT),
      reload_signal_(context_, SIGHUP),
      exit_code_(exit_ok) {}

void Lifecycle::store_failed(const std::string& why) {
  asio::post(context_, [this, why] {
    http::log(http::LogLine(http::LogLevel::error, "store_failed").field("reason", why));
    exit_code_ = exit_failed;
    context_.stop();
  });
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
    http::log(http::LogLine(http::LogLevel::info, "stopping").field("signal", signal));
    // While balancers learn that this server is leaving, it serves on.
    delay_.expires_after(config_.drain_delay);
    delay_.async_wait([this](error_code) { context_.stop(); });
  });
}

void Lifecycle::await_reload() {
  reload_signal_.async_wait([this](error_code error, int) {
    if (error) return;
    reload_();
    await_reload();
  });
}

int Lifecycle::wind_down(http::Server& server) {
  server.drain();
  if (!server.finished_within(config_.timeouts.shutdown)) {
    http::log(http::LogLine(http::LogLevel::warn, "shutdown_timeout"));
    server.abort();
    server.finished_within(std::chrono::seconds(1));
  }
  return exit_code_;
}

}  // namespace tacit::server
