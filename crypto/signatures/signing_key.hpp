// Ed25519 (RFC 8032, pure) for Tacit's own signatures. Each message is canonical(context, fields)
// (crypto/primitives/aad.hpp), so a signature for one purpose is none for another. (The contexts of Ed25519ctx would do
// the same, but OpenSSL has them only since version 3.2.) Signing is deterministic: bad randomness does not reveal the
// key.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

#include "crypto/memory/bytes.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

/// The encoded point, RFC 8032 section 5.1.5.
using SigningPublicKey = std::array<std::uint8_t, 32>;
/// R ‖ S, RFC 8032 section 5.1.6.
using Signature = std::array<std::uint8_t, 64>;
using SignedFields = std::initializer_list<ByteView>;

/// Verifies. Immutable, for any thread; copies share one key.
class VerifyingKey {
 public:
  /// std::nullopt for a non-canonical encoding or a point of small order.
  static std::optional<VerifyingKey> from(const SigningPublicKey& key);

  const SigningPublicKey& bytes() const;
  /// Whether the private half signed these fields for this context. False for a signature of another length. Leaves
  /// nothing in OpenSSL's error queue.
  bool verify(std::string_view context, SignedFields fields, ByteView signature) const;

 private:
  struct Impl;
  explicit VerifyingKey(std::shared_ptr<const Impl> impl);

  std::shared_ptr<const Impl> impl_;
};

/// Signs. Immutable, for any thread; the seed is in wiped memory, and OpenSSL overwrites its copy.
class SigningKey {
 public:
  /// A new key. Throws if memory is short; ends the process if the random generator fails.
  static SigningKey generate();
  static SigningKey from_seed(const WipedArray<32>& seed);

  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  const SigningPublicKey& public_key() const;
  /// The private half, RFC 8032 section 5.1.5, to be stored.
  const WipedArray<32>& seed() const;
  Signature sign(std::string_view context, SignedFields fields) const;

 private:
  struct Impl;
  explicit SigningKey(std::shared_ptr<const Impl> impl);

  std::shared_ptr<const Impl> impl_;
};

/// Ed25519 of the message itself, without a context, to test it with the vectors of RFC 8032. Private to crypto/ and
/// its tests.
Signature ed25519_sign(const WipedArray<32>& seed, ByteView message);

}  // namespace tacit::crypto
