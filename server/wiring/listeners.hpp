// The listeners of a configuration, and their certificates.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/io/server.hpp"
#include "http/tls/certificate_watch.hpp"
#include "server/config/config.hpp"
#include "server/wiring/inherited_sockets.hpp"

namespace tacit::server {

/// The TLS files of a plane: api or tools.
http::TlsFiles tls_files(const Config& config, http::Plane plane);

/// The plane's host name for clients, from the configuration; empty if not configured.
std::string host_of(const Config& config, http::Plane plane);

/// Makes /readyz and the log warn of faults of the listeners' certificates and CRLs.
void watch_certificates(const Config& config, const http::Server& server, http::CertificateWatch& watch);

/// One listener for each configured plane, on the plane's inherited socket if there is one. Throws UsageError with a
/// sentence that names the file or the address.
std::vector<http::Listener> make_listeners(const Config& config, const InheritedSockets& inherited);

/// Logs each plane whose inherited socket has another address than the setting.
void log_unused_addresses(const Config& config, const http::Server& server);

/// Reloads the certificates, keys, client CA and ticket keys for new connections. A plane with faulty files keeps its
/// present ones, and faulty ticket keys keep the previous keys. Returns a sentence for each fault. Without a file of
/// ticket keys, the keys generated at the start stay in use.
std::vector<std::string> reload_certificates(const Config& config, http::Server& server);

}  // namespace tacit::server
