#include "crypto/text/size_text.hpp"

#include <array>
#include <cstddef>

namespace tacit::crypto {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

// "1.2 GiB". rest × 10 does not overflow, because a rest is less than 2^60.
std::string in_unit(std::uint64_t bytes, std::uint64_t unit, const char* name) {
  const std::uint64_t tenths = bytes % unit * 10 / unit;
  std::string text = std::to_string(bytes / unit);
  if (bytes % unit != 0) text += '.' + std::to_string(tenths);
  return text + ' ' + name;
}

}  // namespace

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes / mebibyte) + " MiB"; }

std::string mebibytes_rounded_up(std::uint64_t bytes) { return mebibytes(bytes + mebibyte - 1); }

std::string short_size_text(std::uint64_t bytes) {
  constexpr std::array names = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  std::size_t at = 0;
  while (at + 1 < names.size() && bytes >> (10 * (at + 2)) != 0) ++at;
  return in_unit(bytes, std::uint64_t{1} << (10 * (at + 1)), names.at(at));
}

}  // namespace tacit::crypto
