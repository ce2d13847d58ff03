// The access log's line for a request.
#pragma once

#include <chrono>
#include <cstdint>

#include "http/exchange/exchange.hpp"
#include "http/log/log.hpp"

namespace tacit::http {

/// Of a request that was answered after `time`. Paths are logged as the routes table has them, and queries not at all:
/// people put secrets in both. `stands_for`: how many requests of its kind, where not all have a line.
LogLine access_line(const Exchange& exchange, std::chrono::steady_clock::duration time, std::uint32_t stands_for,
                    bool keep_alive);

}  // namespace tacit::http
