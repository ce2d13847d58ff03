// The access log's line for a request.
#pragma once

#include <chrono>
#include <cstdint>

#include "http/exchange/exchange.hpp"
#include "http/log/log.hpp"

namespace tacit::http {

/// For a request that was answered after `time`. Logs the path as the routes table writes it, and no query, because
/// people put secrets in both. `stands_for`: how many similar requests the line represents in a sampled log.
LogLine access_line(const Exchange& exchange, std::chrono::steady_clock::duration time, std::uint32_t stands_for,
                    bool keep_alive);

}  // namespace tacit::http
