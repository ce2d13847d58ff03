#include "crypto/ids/key_id.hpp"

#include <algorithm>

#include "crypto/text/hex.hpp"

namespace tacit::crypto {

KeyId leading_id(ByteView bytes) {
  KeyId id;
  std::copy_n(bytes.begin(), id.size(), id.begin());
  return id;
}

std::string to_hex(ByteView bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 0x0f];
  }
  return text;
}

}  // namespace tacit::crypto
