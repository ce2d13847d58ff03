// Reads a secret's value: on a terminal by a prompt without echo, else from standard input. Never from an argument,
// which other users of the machine see.
#pragma once

#include "crypto/memory/wiped.hpp"

namespace tacit::server {

/// The largest value in bytes: 65,536 code points.
inline constexpr std::size_t largest_value = std::size_t{4} * 65536;

/// On a terminal asks twice. Of standard input, takes everything but one line break at the end. Throws UsageError if it
/// is empty, too long or not UTF-8, and CommandFailed if it cannot be read or the two differ.
crypto::WipedBytes read_secret_value();

}  // namespace tacit::server
