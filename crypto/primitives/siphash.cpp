#include "crypto/primitives/siphash.hpp"

#include <bit>

#include "crypto/primitives/random.hpp"

namespace tacit::crypto {
namespace {

// Byte by byte, so that it is little-endian on every machine; compilers emit one load.
std::uint64_t little_endian(ByteView bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) word |= std::uint64_t{bytes[i]} << (8 * i);
  return word;
}

struct State {
  explicit State(const SipKey& key)
      : v0(key.words[0] ^ 0x736f6d6570736575),
        v1(key.words[1] ^ 0x646f72616e646f6d),
        v2(key.words[0] ^ 0x6c7967656e657261),
        v3(key.words[1] ^ 0x7465646279746573) {}

  void round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  std::uint64_t finish() {
    v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }

  std::uint64_t v0, v1, v2, v3;
};

}  // namespace

SipKey SipKey::random() {
  std::array<std::uint8_t, 16> bytes;
  random_bytes(bytes);
  return {{little_endian(ByteView(bytes).first<8>()), little_endian(ByteView(bytes).last<8>())}};
}

std::uint64_t siphash(const SipKey& key, ByteView data) {
  State state(key);
  const std::uint64_t length = std::uint64_t{data.size() & 0xff} << 56;
  for (; data.size() >= 8; data = data.subspan(8)) state.absorb(little_endian(data.first<8>()));
  state.absorb(length | little_endian(data));
  return state.finish();
}

}  // namespace tacit::crypto
