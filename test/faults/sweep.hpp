// Makes every call of one kind fail in turn while a server works, start by start, until no place is left.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "test/faults/client_work.hpp"
#include "test/faults/fault_plan.hpp"

namespace tacit::test {

struct SweepTerms {
  faults::Kind kind{};
  std::string library;
  std::chrono::milliseconds pause{10};   ///< from a fault to the next
  std::uint64_t depth = 6;               ///< callers that make a site
  double probability = 0;                ///< not 0: each call fails with it, instead of each site once
  std::chrono::seconds most{600};        ///< ends then, also if there are places left
  std::chrono::milliseconds life{4000};  ///< of each server
  std::uint64_t seed = 0;
  bool spares_starts = false;  ///< faults begin when the server is ready, but for each fourth server
  std::uint64_t modulus = 1;   ///< only this part of the sites, chosen by the seed
};

/// TACIT_FAULTS_SEED, TACIT_FAULTS_SECONDS (for each kind) and TACIT_FAULTS_PART (1 in so many sites) set the others.
SweepTerms sweep_terms(faults::Kind kind, std::string library);

class Sweep {
 public:
  Sweep(SweepTerms terms, Settings settings);

  /// Runs servers until two in a row meet no new fault, or the time is over. After each the faults end, and: the server
  /// is ready again and stops as requested, or it has ended by itself with a message; verify and audit verify pass;
  /// nothing acknowledged is lost. States figures.
  void run();

 private:
  struct Counts {
    std::uint64_t lives = 0;
    std::uint64_t failed_starts = 0;
    std::uint64_t ends = 0;  // of servers that ended because of a fault
    std::uint64_t commands = 0;
  };

  void arm();
  void live_once();
  std::unique_ptr<Server> start();
  void work(Server& server);
  void run_command();
  void expect_healed(Server& server);
  void expect_message(int status, const std::string& printed, const std::string& what);
  void expect_sound();
  /// What servers have printed in this life.
  std::string printed() const { return deployment_.printed().substr(printed_before_); }
  std::string recent_faults() const;

  const SweepTerms terms_;
  const Deployment deployment_;
  std::vector<ClientRecord> records_;
  FaultPlan plan_;
  std::mt19937_64 random_;
  Counts counts_;
  std::size_t printed_before_ = 0;
};

}  // namespace tacit::test
