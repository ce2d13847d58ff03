// The answer of /metrics: this process's counters and state, for Prometheus. No label contains a tenant, a tool or a
// client: label values come from the routes table, from enumerations, from the configuration and from the keyrings, so
// the number of series is bounded.
#pragma once

#include <prometheus/collectable.h>

#include <atomic>
#include <filesystem>
#include <string>

#include "auth/issuers/issuer.hpp"
#include "http/io/server.hpp"
#include "http/tls/certificate_watch.hpp"
#include "server/metrics/metric_families.hpp"
#include "server/serve/reload_counts.hpp"
#include "server/serve/store_watch.hpp"
#include "store/engine/statistics.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// Collects on request, on the calling thread. Has no thread.
class Metrics final : public prometheus::Collectable, public http::MetricsSource {
 public:
  /// Files that it reads in addition.
  struct Places {
    std::filesystem::path store;
    std::filesystem::path backup_record;
  };
  /// All arguments must outlive it. `issuers` may be null.
  Metrics(const store::Store& store, const auth::Issuers* issuers, Places places, const std::atomic<bool>& stopping,
          const ReloadCounts& reloads);

  /// Adds the server's counters and the expiry of its CRLs. Call it before the server's threads start.
  void watch(const http::Server& server, const http::CertificateWatch& certificates) {
    server_ = &server;
    certificates_ = &certificates;
  }

  /// Adds what that watch found. Call it before the server's threads start.
  void watch(const StoreWatch& watch) { watch_ = &watch; }

  std::vector<prometheus::MetricFamily> Collect() const override;
  std::string text() const override;

 private:
  bool serves(http::Plane plane) const { return server_ != nullptr && server_->endpoint(plane).port() != 0; }
  void add_readiness(MetricFamilies& families) const;

  const store::Store& store_;
  const auth::Issuers* issuers_;
  const Places places_;
  const std::atomic<bool>& stopping_;
  const ReloadCounts& reloads_;
  const http::Server* server_ = nullptr;
  const http::CertificateWatch* certificates_ = nullptr;
  const StoreWatch* watch_ = nullptr;
  const double started_;  ///< seconds since 1970
};

// The families of single subjects.

/// http_metrics.cpp
void add_http_metrics(MetricFamilies& families, const http::Server& server);
/// store_metrics.cpp
void add_store_metrics(MetricFamilies& families, const store::StoreStatistics& store,
                       const std::filesystem::path& directory);
/// signing_metrics.cpp
void add_signing_metrics(MetricFamilies& families, const store::SigningStatistics& signing, const StoreFindings& found);

}  // namespace tacit::server
