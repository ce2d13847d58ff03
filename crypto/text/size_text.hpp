// Sizes in bytes as text for people.
#pragma once

#include <cstdint>
#include <string>

namespace tacit::crypto {

/// "512 MiB", rounded down: for what is available.
std::string mebibytes(std::uint64_t bytes);

/// "512 MiB", rounded up: for what is needed.
std::string mebibytes_rounded_up(std::uint64_t bytes);

/// "512 bytes", "1 MiB", "1.2 GiB": in the largest unit that fits, rounded down to a tenth.
std::string short_size_text(std::uint64_t bytes);

}  // namespace tacit::crypto
