// Which calls of a program fail: the side of a test of what test/faults/library/sites.hpp describes.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "test/faults/library/sites.hpp"
#include "test/integration/support/process.hpp"

namespace tacit::test {

class FaultPlan {
 public:
  /// Keeps its files in the folder. `library` is loaded into the programs that get `environment`.
  FaultPlan(const std::filesystem::path& folder, std::string library);
  ~FaultPlan();
  FaultPlan(const FaultPlan&) = delete;
  FaultPlan& operator=(const FaultPlan&) = delete;

  Environment environment() const;
  /// Every site of the sample fails once, with a pause after each fault. `depth` callers make a site.
  void fail_each_site(faults::Kind kind, std::chrono::nanoseconds pause, std::uint64_t depth);
  /// Only sites whose hash has that remainder.
  void sample(std::uint64_t modulus, std::uint64_t remainder);
  /// Each call fails with that probability, whatever its site.
  void fail_by_chance(faults::Kind kind, double probability, std::uint64_t seed);
  void heal();
  std::uint64_t given() const;
  /// A line for each fault: the call, the process, the thread, and its callers.
  std::string log() const;

 private:
  const std::filesystem::path control_file_;
  const std::filesystem::path log_file_;
  const std::string library_;
  faults::Control* control_ = nullptr;
};

}  // namespace tacit::test
