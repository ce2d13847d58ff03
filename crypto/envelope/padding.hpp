// Padding of values before they are sealed, so that the sizes of boxes reveal little: Padmé, from Nikitin, Barman,
// Lueks, Underwood, Hubaux and Ford, "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
// PoPETs 2019(4), section 4.
#pragma once

#include <bit>
#include <cstddef>

namespace tacit::crypto {

/// The padded size of `size` bytes: at most 12 % more. The size is rounded up until its mantissa has no more bits than
/// its exponent, so that sizes up to M take only O(log M · log log M) different values.
constexpr std::size_t padme(std::size_t size) {
  if (size < 2) return size;
  const auto exponent = static_cast<unsigned>(std::bit_width(size)) - 1;
  const auto mantissa_bits = static_cast<unsigned>(std::bit_width(exponent));
  const std::size_t mask = (std::size_t{1} << (exponent - mantissa_bits)) - 1;
  return (size + mask) & ~mask;
}

}  // namespace tacit::crypto
