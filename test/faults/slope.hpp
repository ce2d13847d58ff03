// The straight line through samples, by least squares, and quantiles.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace tacit::test {

struct Line {
  double mean = 0;
  double slope = 0;  ///< for each unit of the first number
};

inline Line line_through(const std::vector<std::pair<double, double>>& points) {
  Line result;
  if (points.empty()) return result;
  const auto count = static_cast<double>(points.size());
  double middle = 0;
  for (const auto& [at, value] : points) {
    middle += at / count;
    result.mean += value / count;
  }
  double above = 0;
  double below = 0;
  for (const auto& [at, value] : points) {
    above += (at - middle) * (value - result.mean);
    below += (at - middle) * (at - middle);
  }
  if (below > 0) result.slope = above / below;
  return result;
}

/// The value that this part of the values is not above; 0 without values.
inline double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  const auto rank = std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
  return values[rank];
}

}  // namespace tacit::test
