// Amounts as text for people. JSON contains the plain number.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "crypto/text/sentence.hpp"
#include "crypto/text/size_text.hpp"

namespace tacit::server {

/// "512 bytes", "1 MiB (1048576 bytes)", "1.2 GiB (1288490188 bytes)": rounded down to a tenth, then exact.
std::string size_text(std::uint64_t bytes);

/// The same without the exact number: "512 bytes", "1 MiB", "1.2 GiB".
using crypto::short_size_text;

/// "45 s", "5 min", "1 h 30 min", "2 days 1 h": the two largest units; the remainder is omitted.
std::string duration_text(std::chrono::seconds span);

/// "1 tenant", "2 tenants".
using crypto::counted;

}  // namespace tacit::server
