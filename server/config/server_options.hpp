// The HTTP server's options from the configuration: those at the start, and those that can change at run time.
#pragma once

#include "http/io/server.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

http::ServerOptions server_options(const Config& config);

}  // namespace tacit::server
