// What an operator does while clients work: commands that change the whole store, each of which may be killed.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "test/integration/support/deployment.hpp"

namespace tacit::test {

class OperatorWork {
 public:
  OperatorWork(const Deployment& deployment, std::uint64_t seed) : deployment_(deployment), random_(seed) {}

  /// While no server runs: sometimes makes another root or metadata key the primary one, which later commands seal
  /// with, and retires keys that are not used any more.
  void change_keys();
  /// Starts one of the commands; sometimes none. Call it from the main thread.
  void start();
  /// Kills the command, or waits for its end and requires success. Finishes a rekey that was killed.
  void finish(bool kill);
  const std::string& name() const { return name_; }
  std::size_t killed() const { return killed_; }
  std::size_t done() const { return done_; }

 private:
  std::vector<std::string> choose();

  const Deployment& deployment_;
  std::mt19937_64 random_;
  std::vector<std::string> old_keys_;
  std::unique_ptr<Process> command_;
  std::string name_;
  std::size_t killed_ = 0;
  std::size_t done_ = 0;
};

}  // namespace tacit::test
