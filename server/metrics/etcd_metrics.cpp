// The metric families of a store in etcd. A store in a folder has none of them, and this one has no map, no readers and
// no disk of its own.
#include <chrono>

#include "server/metrics/metrics.hpp"

namespace tacit::server {
namespace {

void add_cluster(MetricFamilies& families, const store::EtcdFigures& etcd) {
  families.gauge("tacit_etcd_has_quorum", "1 if etcd answers and has a leader.").add(std::uint64_t{etcd.has_quorum});
  std::uint64_t reachable = 0;
  for (const auto& member : etcd.members) reachable += member.reachable ? 1 : 0;
  families.gauge("tacit_etcd_members", "Endpoints of etcd in the setting store.").add(etcd.members.size());
  families.gauge("tacit_etcd_members_reachable", "Of these, the endpoints that answer.").add(reachable);
  families.gauge("tacit_etcd_revision", "The newest revision that a member reports.").add(etcd.revision);
  families.gauge("tacit_etcd_revision_lag", "Revisions by which the slowest member that answers is behind.")
      .add(etcd.revision_lag);
  families.gauge("tacit_etcd_compacted_revision", "Older revisions are gone; 0: not known.")
      .add(etcd.compacted_revision);
  families
      .gauge("tacit_etcd_watch_lag_seconds",
             "Age of the state that the watch has confirmed; above 2 s cached API keys do not count.")
      .add(std::chrono::duration<double>(etcd.watch_lag).count());
}

void add_commits(MetricFamilies& families, const store::EtcdFigures& etcd) {
  families.counter("tacit_etcd_commits_total", "Transactions that etcd has applied.").add(etcd.commits);
  families
      .counter("tacit_etcd_conflicts_total",
               "Transactions that were repeated because another process had changed what they read.")
      .add(etcd.conflicts);
  families.counter("tacit_etcd_in_doubt_total", "Transactions without an answer, whose outcome had to be read.")
      .add(etcd.in_doubt);
  families.counter("tacit_etcd_in_doubt_settled_total", "Outcomes that were found by reading.")
      .add(etcd.settled_applied, {{"result", "applied"}})
      .add(etcd.settled_not_applied, {{"result", "not_applied"}});
  families.counter("tacit_etcd_rounds_total", "Reads of etcd.").add(etcd.rounds);
  families.counter("tacit_etcd_cache_hits_total", "Rows that this process had in its cache.").add(etcd.cache_hits);
  families.counter("tacit_etcd_cache_misses_total", "Rows that it looked for there and had to read.")
      .add(etcd.cache_misses);
}

void add_database(MetricFamilies& families, const store::EtcdFigures& etcd) {
  families.gauge("tacit_etcd_database_bytes", "Size of the database file of the member in use.")
      .add(etcd.database_bytes);
  families.gauge("tacit_etcd_database_in_use_bytes", "Bytes of it that are not free.").add(etcd.database_in_use_bytes);
  families.gauge("tacit_etcd_database_quota_bytes", "Its quota, as etcd reports it or as etcd-quota says.")
      .add(etcd.database_quota_bytes);
  families.gauge("tacit_etcd_alarm", "1 while etcd has the alarm, which refuses changes.")
      .add(std::uint64_t{etcd.no_space}, {{"alarm", "nospace"}})
      .add(std::uint64_t{etcd.corrupt}, {{"alarm", "corrupt"}});
}

}  // namespace

void add_etcd_metrics(MetricFamilies& families, const store::EtcdFigures& etcd) {
  add_cluster(families, etcd);
  add_commits(families, etcd);
  add_database(families, etcd);
  // Without a slot there is no series, and an alert on its absence is that of the store that takes no changes.
  auto slot = families.gauge("tacit_etcd_slot", "1; the label is the slot of the audit log that this process writes.");
  if (!etcd.slot.empty()) slot.add(std::uint64_t{1}, {{"slot", etcd.slot}});
}

void add_etcd_certificate(MetricFamilies& families, std::optional<std::int64_t> expiry) {
  auto until = families.gauge("tacit_etcd_certificate_expiry_timestamp_seconds",
                              "Expiry of the certificate with which this server connects to etcd, in seconds since "
                              "1970, as it lies in its file.");
  if (expiry) until.add(static_cast<double>(*expiry));
}

}  // namespace tacit::server
