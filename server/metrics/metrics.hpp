// The answer of /metrics: this process's counters and state, for Prometheus. No label contains a tenant, a tool or a
// client: label values come from the routes table, from enumerations, from the configuration and from the keyrings, so
// the number of series is bounded.
#pragma once

#include <prometheus/collectable.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "auth/issuers/issuer.hpp"
#include "http/io/server.hpp"
#include "http/tls/certificate_watch.hpp"
#include "server/metrics/metric_families.hpp"
#include "server/serve/reload_counts.hpp"
#include "server/serve/store_watch.hpp"
#include "store/engine/etcd_figures.hpp"
#include "store/engine/statistics.hpp"
#include "store/secrets/releases.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// Collects on request, on the calling thread. Has no thread.
class Metrics final : public prometheus::Collectable, public http::MetricsSource {
 public:
  /// Files that it reads in addition.
  struct Places {
    std::filesystem::path store;
    std::filesystem::path backup_record;
    /// Of the certificate with which this server connects to etcd, in seconds since 1970.
    std::function<std::optional<std::int64_t>()> etcd_certificate_expiry{};
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
/// `directory`: the store's folder; std::nullopt: it has none, so neither a map nor readers nor a disk.
void add_store_metrics(MetricFamilies& families, const store::StoreStatistics& store,
                       const std::optional<std::filesystem::path>& directory);
void add_use_metrics(MetricFamilies& families, const store::UseFigures& uses);
/// etcd_metrics.cpp
void add_etcd_metrics(MetricFamilies& families, const store::EtcdFigures& etcd);
/// `expiry` in seconds since 1970; without one there is no series.
void add_etcd_certificate(MetricFamilies& families, std::optional<std::int64_t> expiry);
/// signing_metrics.cpp
void add_signing_metrics(MetricFamilies& families, const store::SigningStatistics& signing, const StoreFindings& found);

}  // namespace tacit::server
