// The problems that a check found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tacit::store {

/// How many problems a check keeps.
inline constexpr std::size_t most_findings = 1000;

/// Counts problems, and keeps the first of them.
struct Findings {
  std::vector<std::string> problems{};  ///< one sentence each; at most most_findings
  std::uint64_t problem_count = 0;

  void add(std::string problem) {
    ++problem_count;
    if (problems.size() < most_findings) problems.push_back(std::move(problem));
  }
};

}  // namespace tacit::store
