// The warning about a server that runs as root.
#pragma once

#include "server/config/config.hpp"

namespace tacit::server {

/// Logs a warning, once, if this process runs as root, with the user intended for its planes. A server does not change
/// its user itself: each reload reads keyrings, TLS keys and lists that only root may be able to read, so it would
/// start and fail later.
void warn_of_root(const Config& config);

}  // namespace tacit::server
