// What the watchdog counts as trouble.
#pragma once

#include <optional>
#include <string>

#include "http/io/server.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// What does not move though it should, in words: a thread that serves, or the store's writer. Any thread.
std::optional<std::string> trouble(const http::Server& server, const store::Store& store);

}  // namespace tacit::server
