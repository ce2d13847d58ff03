#include "server/control/control_answers.hpp"

#include <boost/json/array.hpp>

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "crypto/time/unix_time.hpp"
#include "http/api/readiness.hpp"
#include "server/control/control_client.hpp"
#include "server/control/etcd_answer.hpp"
#include "server/serve/watchdog_trouble.hpp"
#include "store/health.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

/// Limits keep answers small for any configuration.
constexpr std::size_t most_items = 100;
constexpr std::size_t longest_text = 2000;

std::string shortened(std::string all) {
  if (all.size() <= longest_text) return all;
  all.resize(longest_text);
  all.append("…");
  return all;
}

json::array list(const std::vector<std::string>& all) {
  json::array out;
  for (std::size_t i = 0; i < std::min(all.size(), most_items); ++i) out.emplace_back(shortened(all[i]));
  if (all.size() > most_items) out.emplace_back("and " + std::to_string(all.size() - most_items) + " more");
  return out;
}

std::string address(const http::Server& server, http::Plane plane) {
  const auto endpoint = server.endpoint(plane);
  return endpoint.port() == 0 ? std::string() : Endpoint{endpoint.address().to_string(), endpoint.port()}.str();
}

json::object describe_plane(http::Plane plane, const http::Server& server, const store::Store& store,
                            const http::CertificateWatch& certificates, bool stopping) {
  const store::Room room = store.health().state().room();
  std::vector<std::string> reasons = http::reasons_not_ready(plane, store, room, stopping, plane == http::Plane::api);
  if (auto blocked = blocked_thread(server)) reasons.push_back(std::move(*blocked));
  json::object out;
  out["plane"] = http::name_of(plane);
  out["address"] = address(server, plane);
  out["ready"] = reasons.empty();
  out["reasons"] = list(reasons);
  if (const auto damage = store.health().state().damage()) {
    out["warning"] = *damage;
  } else if (room.warning) {
    out["warning"] = *room.warning;
  }
  if (const auto expiry = server.certificate_expiry(plane)) out["certificate_expires"] = *expiry;
  out["certificate_warnings"] = list(certificates.warnings(plane, crypto::seconds_now()));
  return out;
}

}  // namespace

json::object to_json(const ReloadResult& result) {
  json::object out;
  out["good"] = result.succeeded();
  out["taken"] = list(result.taken);
  json::array kept;
  for (const ReloadResult::Kept& one : result.kept) {
    if (kept.size() == most_items) break;
    kept.emplace_back(json::object{{"part", one.part}, {"reason", shortened(one.reason)}});
  }
  out["kept"] = std::move(kept);
  out["restart_needed"] = list(result.restart_needed);
  out["next_start_fails"] = list(result.next_start_fails);
  return out;
}

json::object describe_server(const Config& config, const http::Server& server, const store::Store& store,
                             const http::CertificateWatch& certificates, bool stopping,
                             const std::optional<ReloadResult>& last_reload) {
  json::object out;
  out["process"] = ::getpid();
  out["version"] = TACIT_VERSION;
  out["store"] = store_identity(config.store);
  out["admin"] = address(server, http::Plane::admin);
  json::array planes;
  if (runs_api(config.plane)) planes.push_back(describe_plane(http::Plane::api, server, store, certificates, stopping));
  if (runs_tools(config.plane))
    planes.push_back(describe_plane(http::Plane::tools, server, store, certificates, stopping));
  out["planes"] = std::move(planes);
  json::array keys;
  for (const store::KeyVersion& key : store.health().statistics().keys) {
    keys.emplace_back(json::object{{"ring", key.ring}, {"id", key.id}, {"primary", key.primary}});
  }
  out["keys"] = std::move(keys);
  const store::Room room = store.health().state().room();
  out["room"] = json::object{
      {"map_bytes", room.map_bytes}, {"map_free_bytes", room.map_free_bytes}, {"disk_bytes", room.disk_bytes}};
  if (const auto etcd = store.health().state().etcd_figures()) out["etcd"] = to_json(*etcd);
  out["last_reload"] = nullptr;
  if (last_reload) {
    json::object result = to_json(*last_reload);
    result["at"] = last_reload->at;
    out["last_reload"] = std::move(result);
  }
  return out;
}

void describe_signatures(json::object& answer, const StoreWatch& watch) {
  const StoreFindings found = watch.findings();
  const auto number = [](std::optional<std::uint64_t> figure) { return figure ? json::value(*figure) : json::value(); };
  json::object signing;
  signing["phase"] = static_cast<unsigned>(found.phase);
  signing["unsigned_tenants"] = number(found.unsigned_tenants);
  signing["prekeys"] = number(found.prekeys);
  signing["prekeys_low"] = found.prekeys_low;
  signing["audit_intact"] = !found.changed_entry;
  signing["cut_off_fault"] = found.cut_off_fault ? json::value(shortened(*found.cut_off_fault)) : json::value();
  signing["rekey_unfinished"] = found.rekey_unfinished;
  answer["signing"] = std::move(signing);
  answer["warnings"] = list(store_warnings(found));
}

}  // namespace tacit::server
