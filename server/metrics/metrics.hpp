// What /metrics answers: all that this process counts and knows of itself, for Prometheus. No label is a tenant's, a
// tool's or a client's: their values come from the routes table, from enumerations, from the configuration and from the
// keyrings, so the number of series is bounded.
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
#include "store/engine/statistics.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// Collects when it is asked, on the asking thread; in between it does nothing.
class Metrics final : public prometheus::Collectable, public http::MetricsSource {
 public:
  /// Where it looks beside what it is given.
  struct Places {
    std::filesystem::path store;
    std::filesystem::path backup_record;
  };
  /// All of them must outlive it. `issuers` may be null.
  Metrics(const store::Store& store, const auth::Issuers* issuers, Places places, const std::atomic<bool>& stopping,
          const ReloadCounts& reloads);

  /// From now on the server's counters are shown, and when its CRLs run out. Before its threads start.
  void watch(const http::Server& server, const http::CertificateWatch& certificates) {
    server_ = &server;
    certificates_ = &certificates;
  }

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
  const double started_;  ///< seconds since 1970
};

// The parts of it.

/// http_metrics.cpp
void add_http_metrics(MetricFamilies& families, const http::Server& server);
/// store_metrics.cpp
void add_store_metrics(MetricFamilies& families, const store::StoreStatistics& store,
                       const std::filesystem::path& directory);

}  // namespace tacit::server
