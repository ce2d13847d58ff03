// The answers of a server on its control socket.
#pragma once

#include <boost/json/object.hpp>

#include <string>

#include "http/io/server.hpp"
#include "http/tls/certificate_watch.hpp"
#include "server/config/config.hpp"
#include "server/serve/reload_result.hpp"
#include "server/serve/store_watch.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// For `reload`: {"good": bool, "taken": [part], "kept": [{"part", "reason"}], "restart_needed": [setting],
/// "next_start_fails": [reason]}. `good`: ReloadResult::succeeded(). Long lists are truncated.
boost::json::object to_json(const ReloadResult& result);

/// For `status`: {"process", "version", "store", "admin", "planes": [{"plane", "address", "ready", "reasons",
/// "warning", "certificate_expires", "certificate_warnings": [sentence]}], "keys": [{"ring", "id", "primary"}], "room":
/// {"map_bytes", "map_free_bytes", "disk_bytes"}, "last_reload": as above with "at", or null}. Times are seconds since
/// 1970.
boost::json::object describe_server(const Config& config, const http::Server& server, const store::Store& store,
                                    const http::CertificateWatch& certificates, bool stopping,
                                    const std::optional<ReloadResult>& last_reload);

/// Adds to that answer: "warnings": [sentence] about the store's signatures, "signing": {"phase": 0 to 2 as the metric
/// tacit_signing_phase, "unsigned_tenants", "prekeys", "prekeys_low", "audit_intact", "cut_off_fault": sentence,
/// "rekey_unfinished"}; null if not known, or if there is no fault.
void describe_signatures(boost::json::object& answer, const StoreWatch& watch);

}  // namespace tacit::server
