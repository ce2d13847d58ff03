// The list of metrics that a scrape makes: prometheus-cpp's families, filled by hand with what was counted elsewhere.
#pragma once

#include <prometheus/metric_family.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/engine/counter.hpp"

namespace tacit::server {

using Labels = std::initializer_list<std::pair<const char*, std::string_view>>;

/// Metrics of one name, which differ by their labels.
class MetricFamily {
 public:
  explicit MetricFamily(prometheus::MetricFamily& family) : family_(&family) {}

  MetricFamily& add(double value, Labels labels = {});
  MetricFamily& add(std::uint64_t value, Labels labels = {}) { return add(static_cast<double>(value), labels); }
  /// So many of the distribution's numbers are one of the metric's own unit: 1e6 for microseconds in seconds.
  MetricFamily& add(const store::Distribution& counted, double in_unit, Labels labels = {});

 private:
  prometheus::MetricFamily* family_;
};

class MetricFamilies {
 public:
  // Families appear in this order. `help` is a line that says what one of them is.
  MetricFamily counter(const char* name, const char* help) { return make(name, help, prometheus::MetricType::Counter); }
  MetricFamily gauge(const char* name, const char* help) { return make(name, help, prometheus::MetricType::Gauge); }
  MetricFamily histogram(const char* name, const char* help) {
    return make(name, help, prometheus::MetricType::Histogram);
  }
  /// Those that have at least one metric.
  std::vector<prometheus::MetricFamily> take();

 private:
  MetricFamily make(const char* name, const char* help, prometheus::MetricType type);
  std::vector<std::unique_ptr<prometheus::MetricFamily>> families_;
};

}  // namespace tacit::server
