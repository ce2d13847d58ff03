// A server that root has started by hand.
#pragma once

#include "server/config/config.hpp"

namespace tacit::server {

/// Logs a warning, once, if this process is root's, with the user that its planes are made for. A server does not
/// become another user by itself: each reload reads keyrings, TLS keys and lists again that may be root's alone, so
/// that it would start and fail later.
void warn_of_root(const Config& config);

}  // namespace tacit::server
