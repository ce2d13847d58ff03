// The conditions that the watchdog reports as trouble.
#pragma once

#include <optional>
#include <string>

#include "http/io/server.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// "io thread 1 is blocked", for the first that is; std::nullopt if none is. Any thread.
std::optional<std::string> blocked_thread(const http::Server& server);

/// A description of what is stuck: a serving thread or the store's writer; std::nullopt if neither. Any thread.
std::optional<std::string> trouble(const http::Server& server, const store::Store& store);

}  // namespace tacit::server
