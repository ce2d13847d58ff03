// The listeners that a configuration asks for, and their certificates.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/io/server.hpp"
#include "http/tls/certificate_watch.hpp"
#include "server/config/config.hpp"
#include "server/wiring/inherited_sockets.hpp"

namespace tacit::server {

/// The files of a plane's TLS: of api or tools.
http::TlsFiles tls_files(const Config& config, http::Plane plane);

/// What clients call the plane, as far as the configuration says; empty if it does not.
std::string host_of(const Config& config, http::Plane plane);

/// Has /readyz and the log warn of what is wrong with the listeners' certificates and CRLs.
void watch_certificates(const Config& config, const http::Server& server, http::CertificateWatch& watch);

/// One for each plane that is configured, on the socket that was inherited for it if there is one. Throws UsageError
/// with a sentence that names the file or the address.
std::vector<http::Listener> make_listeners(const Config& config, const InheritedSockets& inherited);

/// Logs each plane that listens elsewhere than its setting says, because its socket was inherited.
void log_unused_addresses(const Config& config, const http::Server& server);

/// Reads the certificates, keys, client CA and ticket keys again and has new connections use them. A plane whose files
/// are not good keeps what it has, and bad ticket keys keep those from before; answers a sentence for each trouble.
/// Without ticket keys of a file, the ones that were drawn at the start go on.
std::vector<std::string> reload_certificates(const Config& config, http::Server& server);

}  // namespace tacit::server
