// Base 62, with digits in the order 0-9, A-Z, a-z: random text, and numbers of fixed width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tacit::auth {

inline constexpr std::string_view base62_alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether the text has only characters of the alphabet. True for empty text.
bool is_base62(std::string_view text);

/// Fills `out` with uniformly random characters, suitable for secrets.
void random_base62(std::span<std::uint8_t> out);

/// Writes `number` most significant digit first, padded with 0; digits beyond the width of `out` are dropped.
void write_base62(std::uint64_t number, std::span<std::uint8_t> out);

}  // namespace tacit::auth
