// The listeners that a configuration asks for, and their certificates.
#pragma once

#include <vector>

#include "http/server.hpp"
#include "server/config.hpp"

namespace tacit::server {

/// One for each plane that is configured. Throws UsageError with a sentence that names the file or the address.
std::vector<http::Listener> make_listeners(const Config& config);

/// Reads the certificates, keys and client CA again and has new connections use them. A plane whose files are not good
/// keeps what it has. Logs what came of it.
void reload_certificates(const Config& config, http::Server& server);

}  // namespace tacit::server
