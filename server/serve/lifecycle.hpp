// The main thread's part of a server's life: it waits for signals or for the store to fail, then winds down.
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
  /// From now on SIGTERM, SIGINT and SIGHUP wait for run().
  Lifecycle(const Config& config, const ServiceManager& manager);

  /// Ends run() with a failure. Safe from any thread, also before run().
  void store_failed(const std::string& why);

  /// Blocks until it is time to stop: SIGTERM or SIGINT and then the drain delay, which a second signal cuts short, or
  /// a failed store. Calls `reload` at SIGHUP.
  void run(std::function<void()> reload);

  /// What run() runs: for what has to be done on its thread.
  boost::asio::io_context& context() { return context_; }

  /// True from the signal on: the server is not ready any more, though it serves.
  const std::atomic<bool>& stopping() const { return stopping_; }

  /// Lets what is in flight finish, up to the shutdown time-out; then ends it. Does not come back if that cannot be
  /// ended either (a commit that hangs on its disk): the process exits. `let_go` ends what requests may wait for beside
  /// the store, once their time is up. Answers the process's exit code.
  int wind_down(http::Server& server, const std::function<void()>& let_go);

  /// Ends the process at once, with a failure. Nothing that was acknowledged depends on a clean end.
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
