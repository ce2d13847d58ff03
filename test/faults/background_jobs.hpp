// What runs beside a server's load in operation: commands at intervals, rotated logs, a feed of the audit log, new
// tenants that are erased again, secrets that expire.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "test/integration/support/deployment.hpp"

namespace tacit::test {

class BackgroundJobs {
 public:
  BackgroundJobs(const Deployment& deployment, const Server& server);

  /// Does what is due. Call it from the main thread, at least once a second. A command that fails throws.
  void tick();
  std::size_t done() const { return done_; }
  /// Stops the feed, and requires that it ends well.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Job {
    std::chrono::seconds interval;
    std::function<void()> work;
    Clock::time_point next;
  };

  void every(std::chrono::seconds interval, std::function<void()> work);
  void command(const std::vector<std::string>& words);
  void rotate_logs();
  void change_root_key();
  void visit();
  void let_expire();

  const Deployment& deployment_;
  const Server& server_;
  std::vector<Job> jobs_;
  std::unique_ptr<Process> feed_;
  std::string passing_user_;
  std::string passing_key_;
  std::size_t done_ = 0;
};

}  // namespace tacit::test
