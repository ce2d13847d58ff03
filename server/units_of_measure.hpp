// Sizes and times as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace tacit::server {

/// "512 B", "1.5 MiB", "16 GiB": at most one decimal, powers of 1024.
std::string human_bytes(std::uint64_t bytes);

/// "45 s", "12 min", "5 h", "3 days": the largest unit of which there is more than one. Of a negative one its size.
std::string human_time(std::int64_t seconds);

}  // namespace tacit::server
