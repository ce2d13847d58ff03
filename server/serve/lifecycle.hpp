// The main thread of a server: waits for signals or a failure of the store, then shuts the server down.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <string>

#include "http/io/server.hpp"
#include "server/config/config.hpp"
#include "server/serve/service_manager.hpp"

namespace tacit::server {

class Lifecycle {
 public:
  /// SIGTERM, SIGINT and SIGHUP are held until run() from now on. After run() they have no effect, to the end of the
  /// process.
  Lifecycle(const Config& config, const ServiceManager& manager);

  /// Ends run() with a failure. Safe from any thread, also before run().
  void store_failed(const std::string& why);

  /// Blocks until the store fails, or until SIGTERM or SIGINT and the drain delay, which a second signal ends. Calls
  /// `reload` at SIGHUP.
  void run(std::function<void()> reload);

  /// The context of run(), for work on its thread.
  boost::asio::io_context& context() { return context_; }

  /// True from the signal on: the server is no longer ready, but still serves.
  const std::atomic<bool>& stopping() const { return stopping_; }

  /// Waits for requests in flight, up to the shutdown time-out; then aborts them. If that fails, too (a commit hangs on
  /// its disk), ends the process and does not return. After the time-out, `let_go` ends other operations that requests
  /// wait for beside the store. Returns the process's exit code.
  int wind_down(http::Server& server, const std::function<void()>& let_go);

  /// Ends the process at once, with a failure. Acknowledged writes are already durable.
  [[noreturn]] static void give_up(const std::string& why);

 private:
  void await_stop();
  void await_reload();

  const Config& config_;
  const ServiceManager& manager_;
  std::function<void()> reload_;
  boost::asio::io_context context_{1};
  boost::asio::signal_set stop_signals_;
  boost::asio::signal_set reload_signal_;
  boost::asio::steady_timer delay_{context_};
  std::atomic<bool> stopping_{false};
  std::atomic<int> exit_code_;
};

}  // namespace tacit::server
