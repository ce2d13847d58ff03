// SHA-256 (FIPS 180-4), HMAC (RFC 2104) and HKDF (RFC 5869) with SHA-256.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>

#include "crypto/memory/bytes.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

using Digest = std::array<std::uint8_t, 32>;

/// The hash of the concatenated parts. Thread-safe.
Digest sha256(std::initializer_list<ByteView> parts);
inline Digest sha256(ByteView data) { return sha256({data}); }

/// SHA-256 of data that arrives in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(ByteView data);
  /// Call once, at the end.
  Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// HMAC-SHA-256 of the concatenated parts. Any key length. Thread-safe.
Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);
inline Digest hmac_sha256(ByteView key, ByteView data) { return hmac_sha256(key, {data}); }

/// RFC 5869 section 2.2.
WipedArray<32> hkdf_extract(ByteView salt, std::initializer_list<ByteView> input_key_parts);

/// RFC 5869 section 2.3; `info` is the concatenated parts; `out` at most 8160 bytes.
void hkdf_expand(ByteView key, std::initializer_list<ByteView> info, std::span<std::uint8_t> out);

}  // namespace tacit::crypto
