// The problems that `verify` found.
#pragma once

#include <string>
#include <utility>

#include "store/model/verify_report.hpp"

namespace tacit::store {

/// Counts problems, and keeps the first of them.
class Findings {
 public:
  explicit Findings(VerifyReport& report) : report_(report) {}

  void add(std::string problem) {
    constexpr std::size_t most = 1000;
    ++report_.problem_count;
    if (report_.problems.size() < most) report_.problems.push_back(std::move(problem));
  }
  VerifyReport& report() { return report_; }

 private:
  VerifyReport& report_;
};

}  // namespace tacit::store
