#include "server/metrics/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <array>
#include <chrono>
#include <limits>
#include <optional>

#include <openssl/crypto.h>

#include "http/log/log_writer.hpp"
#include "server/backup/last_backup.hpp"
#include "server/metrics/process_statistics.hpp"
#include "store/health.hpp"

namespace tacit::server {
namespace {

#ifdef __clang__
constexpr const char* compiler = __VERSION__;
#else
constexpr const char* compiler = "g++ " __VERSION__;
#endif

void add_process_metrics(MetricFamilies& families, double started) {
  const ProcessStatistics process = process_statistics();
  families.counter("process_cpu_seconds_total", "CPU time in user and kernel mode.").add(process.cpu_seconds);
  auto resident = families.gauge("process_resident_memory_bytes", "Resident memory, with the store's mapped pages.");
  if (process.resident_bytes) resident.add(*process.resident_bytes);
  auto size = families.gauge("process_virtual_memory_bytes", "Address space, including the store's whole map.");
  if (process.virtual_bytes) size.add(*process.virtual_bytes);
  auto descriptors = families.gauge("process_open_fds", "Open file descriptors.");
  if (process.open_descriptors) descriptors.add(*process.open_descriptors);
  families.gauge("process_max_fds", "Maximum number of open file descriptors.").add(process.most_descriptors);
  families.gauge("process_start_time_seconds", "Start time of the process, in seconds since 1970.").add(started);
}

void add_issuer_metrics(MetricFamilies& families, const auth::Issuers* issuers) {
  if (issuers == nullptr) return;
  auto age = families.gauge("tacit_jwks_age_seconds", "Time since an issuer's keys were last fetched successfully.");
  auto keys = families.gauge("tacit_jwks_keys", "An issuer's keys in use.");
  auto failures = families.counter("tacit_jwks_fetch_failures_total", "Failed fetches of an issuer's keys.");
  const auto now = std::chrono::steady_clock::now();
  for (const auto& issuer : issuers->all()) {
    // An issuer used only for introspection has no keys.
    if (issuer->config().keys == auth::IssuerConfig::Keys::none) continue;
    const std::string& name = issuer->config().issuer;
    const auto set = issuer->keys().get();
    keys.add(set != nullptr ? std::uint64_t{set->keys().size()} : 0, {{"issuer", name}});
    const auth::KeyStatus status = issuer->key_status();
    if (!status.fetched) continue;
    failures.add(status.failures, {{"issuer", name}});
    if (status.renewed) age.add(std::chrono::duration<double>(now - *status.renewed).count(), {{"issuer", name}});
  }
}

void add_backup_metrics(MetricFamilies& families, const std::filesystem::path& record_file) {
  if (record_file.empty()) return;  // backups of a store in etcd are made on any host
  const auto record = read_last_backup(record_file);
  families
      .gauge("tacit_backup_last_success_timestamp_seconds",
             "Time of the last successful `tacit backup`, in seconds since 1970. 0: none is known here.")
      .add(static_cast<std::uint64_t>(record ? record->at : 0));
}

void add_log_metrics(MetricFamilies& families) {
  const http::LogCounts dropped = http::dropped_log_lines();
  auto lines = families.counter("tacit_log_lines_dropped_total",
                                "Log lines that the reader of standard error did not read in time or at all.");
  for (std::size_t i = 0; i < http::log_kinds; ++i) lines.add(dropped[i], {{"kind", http::log_kind_names[i]}});
}

}  // namespace

Metrics::Metrics(const store::Store& store, const auth::Issuers* issuers, Places places,
                 const std::atomic<bool>& stopping, const ReloadCounts& reloads)
    : store_(store),
      issuers_(issuers),
      places_(std::move(places)),
      stopping_(stopping),
      reloads_(reloads),
      started_(process_start_time().value_or(0)) {}

/// The same conditions as in /readyz of each plane.
void Metrics::add_readiness(MetricFamilies& families) const {
  const bool writable = !store_.health().unwilling() && !store_.health().state().displaced();
  const store::Room room = store_.health().state().room();
  const bool willing = writable && !stopping_.load(std::memory_order_relaxed);
  auto ready = families.gauge("tacit_ready", "1 if /readyz of the plane reports ready.");
  if (serves(http::Plane::api)) ready.add(std::uint64_t{willing && !room.growth_refused}, {{"plane", "api"}});
  if (serves(http::Plane::tools)) ready.add(std::uint64_t{willing && !room.logging_refused}, {{"plane", "tools"}});
  families.gauge("tacit_store_writable", "1 if the store's writer makes progress.").add(std::uint64_t{writable});
  families.gauge("tacit_store_room_short", "1 if /readyz warns that the map or the disk is nearly full.")
      .add(std::uint64_t{room.warning || room.growth_refused});
}

std::vector<prometheus::MetricFamily> Metrics::Collect() const {
  MetricFamilies families;
  add_readiness(families);
  families.counter("tacit_reloads_total", "Reloads of the configuration, by outcome.")
      .add(reloads_.good.load(std::memory_order_relaxed), {{"outcome", "good"}})
      .add(reloads_.bad.load(std::memory_order_relaxed), {{"outcome", "bad"}});
  if (server_ != nullptr) add_http_metrics(families, *server_);
  if (certificates_ != nullptr) {
    const auto expiry = certificates_->crl_expiry();
    families
        .gauge("tacit_client_crl_expiry_timestamp_seconds",
               "Earliest expiry of a CRL in tool-client-crl, in seconds since 1970; +Inf without CRLs.")
        .add(expiry ? static_cast<double>(*expiry) : std::numeric_limits<double>::infinity());
  }
  const store::StoreStatistics statistics = store_.health().statistics();
  const std::optional<store::EtcdFigures> etcd = store_.health().state().etcd_figures();
  add_store_metrics(families, statistics, etcd ? std::nullopt : std::optional(places_.store));
  add_use_metrics(families, store_.releases().use_figures());
  if (etcd) add_etcd_metrics(families, *etcd);
  if (etcd && places_.etcd_certificate_expiry) add_etcd_certificate(families, places_.etcd_certificate_expiry());
  add_signing_metrics(families, statistics.signing, watch_ != nullptr ? watch_->findings() : StoreFindings());
  add_backup_metrics(families, places_.backup_record);
  add_issuer_metrics(families, issuers_);
  add_log_metrics(families);
  add_process_metrics(families, started_);
  families.gauge("tacit_build_info", "1; the labels contain the versions of this program and its components.")
      .add(std::uint64_t{1}, {{"version", TACIT_VERSION},
                              {"compiler", compiler},
                              {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
                              {"lmdb", etcd ? std::string() : statistics.storage.engine}});
  return families.take();
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(Collect()); }

}  // namespace tacit::server
