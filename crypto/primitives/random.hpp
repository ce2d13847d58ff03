// Randomness from OpenSSL's generator, seeded by the kernel.
#pragma once

#include <cstdint>
#include <span>

namespace tacit::crypto {

/// Fills `out` with random bytes fit for keys. Thread-safe. Ends the process if the generator fails, because no key may
/// be made without randomness.
void random_bytes(std::span<std::uint8_t> out) noexcept;

}  // namespace tacit::crypto
