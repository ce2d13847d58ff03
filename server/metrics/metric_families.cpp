#include "server/metrics/metric_families.hpp"

#include <limits>

namespace tacit::server {
namespace {

prometheus::ClientMetric labelled(Labels labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({name, std::string(value)});
  return metric;
}

}  // namespace

MetricFamily& MetricFamily::add(double value, Labels labels) {
  prometheus::ClientMetric metric = labelled(labels);
  (family_->type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  family_->metric.push_back(std::move(metric));
  return *this;
}

MetricFamily& MetricFamily::add(const store::Distribution& counted, double in_unit, Labels labels) {
  prometheus::ClientMetric metric = labelled(labels);
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < counted.counts.size(); ++i) {
    so_far += counted.counts[i];
    const double bound = i < counted.bounds.size() ? static_cast<double>(counted.bounds[i]) / in_unit
                                                   : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({so_far, bound});
  }
  metric.histogram.sample_count = so_far;
  metric.histogram.sample_sum = static_cast<double>(counted.sum) / in_unit;
  family_->metric.push_back(std::move(metric));
  return *this;
}

MetricFamily MetricFamilies::make(const char* name, const char* help, prometheus::MetricType type) {
  families_.push_back(std::make_unique<prometheus::MetricFamily>());
  prometheus::MetricFamily& family = *families_.back();
  family.name = name;
  family.help = help;
  family.type = type;
  return MetricFamily(family);
}

std::vector<prometheus::MetricFamily> MetricFamilies::take() {
  std::vector<prometheus::MetricFamily> result;
  for (const auto& family : families_) {
    if (!family->metric.empty()) result.push_back(std::move(*family));
  }
  families_.clear();
  return result;
}

}  // namespace tacit::server
