// What of the configuration the HTTP server is started with, and what of it can change while it runs.
#pragma once

#include "http/io/server.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

http::ServerOptions server_options(const Config& config);

}  // namespace tacit::server
