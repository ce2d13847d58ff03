// Reports the events of one issuer, at a limited rate.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "auth/issuers/issuer.hpp"

namespace tacit::auth {

/// Limits an event to once per interval.
class AtMostEvery {
 public:
  explicit AtMostEvery(std::chrono::milliseconds interval) : interval_(interval) {}
  bool now(std::chrono::steady_clock::time_point time) {
    if (last_ && time - *last_ < interval_) return false;
    last_ = time;
    return true;
  }

 private:
  std::chrono::milliseconds interval_;
  std::optional<std::chrono::steady_clock::time_point> last_;
};

/// Forwards events to IssuerEvents. Used only on the issuers' thread.
class IssuerReport {
 public:
  /// `events` must outlive it. Failures of one kind are reported at most once per `interval`.
  IssuerReport(IssuerEvents& events, std::shared_ptr<const IssuerConfig> config, std::chrono::milliseconds interval)
      : events_(events), config_(std::move(config)), keys_(interval), introspection_(interval) {}

  void keys_changed(std::size_t keys) { events_.keys_changed(config_->issuer, keys); }
  void keys_skipped(const SkippedKeys& skipped) { events_.keys_skipped(config_->issuer, skipped); }
  void keys_failed(std::string_view why) {
    if (keys_.now(std::chrono::steady_clock::now())) events_.keys_failed(config_->issuer, why);
  }
  void introspection_failed(std::string_view why) {
    if (introspection_.now(std::chrono::steady_clock::now())) events_.introspection_failed(config_->issuer, why);
  }

 private:
  IssuerEvents& events_;
  std::shared_ptr<const IssuerConfig> config_;
  AtMostEvery keys_;
  AtMostEvery introspection_;
};

}  // namespace tacit::auth
