// Defaults of the options that commands have beside the settings, for the commands and for their help texts.
#pragma once

#include <chrono>
#include <cstdint>

namespace tacit::server {

/// --stall-timeout: longest time without progress of a process or of the output's reader.
inline constexpr std::chrono::seconds default_stall{60};
/// --wait of `scrub`: for readers of older snapshots.
inline constexpr std::chrono::seconds default_scrub_wait{60};
/// --timeout of `reload`: for each server's answer.
inline constexpr std::chrono::seconds default_reload_timeout{30};
/// --timeout of `client`: for the answer to one request, with its repetitions.
inline constexpr std::chrono::seconds default_client_timeout{30};
/// --rate of `key rewrap` and `tenant rekey`: tenants, rows or secrets per second.
inline constexpr std::uint64_t default_rewrap_rate = 1000;
/// --lines of `audit tail`.
inline constexpr std::uint64_t default_tail_lines = 10;
/// --top of `stats`: the largest tenants listed.
inline constexpr std::uint64_t default_top_tenants = 10;

}  // namespace tacit::server
