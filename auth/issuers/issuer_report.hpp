// Reports the events of one issuer, at a limited rate.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "auth/issuers/issuer.hpp"
#include "crypto/time/at_most_every.hpp"

namespace tacit::auth {

/// Forwards events to IssuerEvents. Used only on the issuers' thread.
class IssuerReport {
 public:
  /// `events` must outlive it. Failures of one kind are reported at most once per `interval`.
  IssuerReport(IssuerEvents& events, std::shared_ptr<const IssuerConfig> config, std::chrono::milliseconds interval)
      : events_(events), config_(std::move(config)), keys_(interval), introspection_(interval) {}

  void keys_changed(std::size_t keys) { events_.keys_changed(config_->issuer, keys); }
  void keys_skipped(const SkippedKeys& skipped) { events_.keys_skipped(config_->issuer, skipped); }
  void keys_failed(std::string_view why) {
    if (keys_.admit(std::chrono::steady_clock::now())) events_.keys_failed(config_->issuer, why);
  }
  void introspection_failed(std::string_view why) {
    if (introspection_.admit(std::chrono::steady_clock::now())) events_.introspection_failed(config_->issuer, why);
  }

 private:
  IssuerEvents& events_;
  std::shared_ptr<const IssuerConfig> config_;
  crypto::AtMostEvery keys_;
  crypto::AtMostEvery introspection_;
};

}  // namespace tacit::auth
