// The metrics of a scrape: prometheus-cpp's families, filled with counters from elsewhere.
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

/// Metrics with one name and different labels.
class MetricFamily {
 public:
  explicit MetricFamily(prometheus::MetricFamily& family) : family_(&family) {}

  MetricFamily& add(double value, Labels labels = {});
  MetricFamily& add(std::uint64_t value, Labels labels = {}) { return add(static_cast<double>(value), labels); }
  /// `in_unit`: the distribution's units per unit of the metric: 1e6 for microseconds and seconds.
  MetricFamily& add(const store::Distribution& counted, double in_unit, Labels labels = {});

 private:
  prometheus::MetricFamily* family_;
};

class MetricFamilies {
 public:
  // Families appear in the order of creation. `help` is one line.
  MetricFamily counter(const char* name, const char* help) { return make(name, help, prometheus::MetricType::Counter); }
  MetricFamily gauge(const char* name, const char* help) { return make(name, help, prometheus::MetricType::Gauge); }
  MetricFamily histogram(const char* name, const char* help) {
    return make(name, help, prometheus::MetricType::Histogram);
  }
  /// The families that have at least one metric.
  std::vector<prometheus::MetricFamily> take();

 private:
  MetricFamily make(const char* name, const char* help, prometheus::MetricType type);
  std::vector<std::unique_ptr<prometheus::MetricFamily>> families_;
};

}  // namespace tacit::server
