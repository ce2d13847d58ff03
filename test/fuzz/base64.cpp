// base64url: against a decoder that shifts bits, and there and back.
#include "crypto/text/base64.hpp"

#include <optional>

#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

std::optional<std::string> decode_slowly(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    held = (held << 6U | static_cast<unsigned>(digit)) & 0xFFFFU;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<char>(held >> bits));
    held &= (1U << bits) - 1;
  }
  if (bits == 6 || held != 0) return std::nullopt;
  return out;
}

Description describe() {
  return {.max_size = 512,
          .seeds = {"", "Zg", "Zm8", "Zm9v", "AA", "-_-_", "Zh", "Zg==", "Zm9vYmFy\n"},
          .words = {"=", "-", "_", "+", "/"}};
}

void take(std::string_view input) {
  const auto decoded = crypto::base64url_decode(input);
  const auto expected = decode_slowly(input);
  TACIT_HOLDS(decoded.has_value() == expected.has_value());
  if (decoded) {
    TACIT_HOLDS(decoded->text() == *expected);
    TACIT_HOLDS(crypto::is_base64url(input));
    TACIT_HOLDS(crypto::base64url_encode(decoded->view()).text() == input);
  }
  const auto encoded = crypto::base64url_encode(crypto::as_bytes(input));
  const auto back = crypto::base64url_decode(encoded.text());
  TACIT_HOLDS(back && back->text() == input);
}

const Target target("base64", describe, take);

}  // namespace
}  // namespace tacit::fuzz
