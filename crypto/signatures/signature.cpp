#include "crypto/signatures/signature.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>

#include "crypto/primitives/digest.hpp"
#include "crypto/primitives/openssl.hpp"
#include "crypto/signatures/p256_verifier.hpp"
#include "crypto/signatures/public_key.hpp"
#include "crypto/signatures/signature_limits.hpp"
#include "crypto/signatures/verify_context.hpp"

namespace tacit::crypto {
namespace {

using Algorithm = SignatureAlgorithm;

enum class Kind : std::uint8_t { rsa, p256, p384, p521, ed25519, hmac };

constexpr std::size_t ed25519_signature_size = 64;

Kind kind_for(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::rs256:
    case Algorithm::rs384:
    case Algorithm::rs512:
    case Algorithm::ps256:
    case Algorithm::ps384:
    case Algorithm::ps512:
      return Kind::rsa;
    case Algorithm::es256:
      return Kind::p256;
    case Algorithm::es384:
      return Kind::p384;
    case Algorithm::es512:
      return Kind::p521;
    case Algorithm::eddsa:
      return Kind::ed25519;
    case Algorithm::hs256:
      break;
  }
  return Kind::hmac;
}

// Fetched once and never freed: threads may still hash while the process's statics are destroyed.
const EVP_MD* sha384() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA2-384", nullptr);
  require(fetched != nullptr, "OpenSSL offers no SHA-384");
  return fetched;
}

const EVP_MD* sha512() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA2-512", nullptr);
  require(fetched != nullptr, "OpenSSL offers no SHA-512");
  return fetched;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> hashed(const EVP_MD* by, ByteView message) {
  std::array<std::uint8_t, Size> digest;
  require(EVP_Digest(message.data(), message.size(), digest.data(), nullptr, by, nullptr) == 1,
          "cannot hash what was signed");
  return digest;
}

std::array<std::uint8_t, 48> sha384_of(ByteView message) { return hashed<48>(sha384(), message); }
std::array<std::uint8_t, 64> sha512_of(ByteView message) { return hashed<64>(sha512(), message); }

// The fast verifier of a prepared key. Set once; lives as long as the key.
class Quick {
 public:
  Quick() = default;
  Quick(const Quick&) = delete;
  Quick& operator=(const Quick&) = delete;
  ~Quick() { delete get(); }

  const P256Verifier* get() const { return verifier_.load(std::memory_order_acquire); }
  void set(std::unique_ptr<const P256Verifier> verifier) {
    const P256Verifier* none = nullptr;
    if (verifier_.compare_exchange_strong(none, verifier.get(), std::memory_order_acq_rel)) {
      static_cast<void>(verifier.release());
    }
  }

 private:
  std::atomic<const P256Verifier*> verifier_{nullptr};
};

bool verify_ed25519(EVP_PKEY* key, ByteView message, ByteView signature) {
  if (signature.size() != ed25519_signature_size) return false;
  const DigestContext context(EVP_MD_CTX_new());
  require(context != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1,
          "cannot prepare to verify Ed25519");
  return tried(EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) ==
               1);
}

// Prepared contexts, one for each hash.
struct ByHash {
  VerifyContext sha256{};
  VerifyContext sha384{};
  VerifyContext sha512{};
};

template <class Prepare>
ByHash by_hash(EVP_PKEY* key, Prepare prepare) {
  return {prepare(key, EVP_sha256()), prepare(key, sha384()), prepare(key, sha512())};
}

bool verify_rsa(const ByHash& ready, Algorithm algorithm, ByteView message, ByteView signature) {
  switch (algorithm) {
    case Algorithm::rs256:
    case Algorithm::ps256:
      return ready.sha256.verify(sha256(message), signature);
    case Algorithm::rs384:
    case Algorithm::ps384:
      return ready.sha384.verify(sha384_of(message), signature);
    default:
      return ready.sha512.verify(sha512_of(message), signature);
  }
}

}  // namespace

struct SignatureKey::Key {
  Kind kind;
  PkeyPtr key{};
  VerifyContext ready{};  // of an elliptic curve
  ByHash pkcs1{};         // of RSA
  ByHash pss{};           // of RSA
  std::size_t size = 0;   // of RSA: bytes of a signature; of an elliptic curve: of r and of s
  WipedBytes secret{};    // of HMAC
  Quick quick{};          // of P-256
};

SignatureKey::SignatureKey(std::unique_ptr<Key> key) : key_(std::move(key)) {}
SignatureKey::SignatureKey(SignatureKey&&) noexcept = default;
SignatureKey& SignatureKey::operator=(SignatureKey&&) noexcept = default;
SignatureKey::~SignatureKey() = default;

std::optional<SignatureKey> SignatureKey::rsa(ByteView modulus, ByteView exponent) {
  PkeyPtr key = import_rsa(modulus, exponent);
  if (key == nullptr) return std::nullopt;
  ByHash pkcs1 = by_hash(key.get(), VerifyContext::pkcs1);
  ByHash pss = by_hash(key.get(), VerifyContext::pss);
  return SignatureKey(std::unique_ptr<Key>(new Key{.kind = Kind::rsa,
                                                   .key = std::move(key),
                                                   .pkcs1 = std::move(pkcs1),
                                                   .pss = std::move(pss),
                                                   .size = modulus.size()}));
}

std::optional<SignatureKey> SignatureKey::p256(ByteView x, ByteView y) {
  PkeyPtr key = import_point("P-256", 32, x, y);
  if (key == nullptr) return std::nullopt;
  VerifyContext ready = VerifyContext::ecdsa(key.get());
  return SignatureKey(
      std::unique_ptr<Key>(new Key{.kind = Kind::p256, .key = std::move(key), .ready = std::move(ready), .size = 32}));
}

std::optional<SignatureKey> SignatureKey::p384(ByteView x, ByteView y) {
  PkeyPtr key = import_point("P-384", 48, x, y);
  if (key == nullptr) return std::nullopt;
  VerifyContext ready = VerifyContext::ecdsa(key.get());
  return SignatureKey(
      std::unique_ptr<Key>(new Key{.kind = Kind::p384, .key = std::move(key), .ready = std::move(ready), .size = 48}));
}

std::optional<SignatureKey> SignatureKey::p521(ByteView x, ByteView y) {
  PkeyPtr key = import_point("P-521", 66, x, y);
  if (key == nullptr) return std::nullopt;
  VerifyContext ready = VerifyContext::ecdsa(key.get());
  return SignatureKey(
      std::unique_ptr<Key>(new Key{.kind = Kind::p521, .key = std::move(key), .ready = std::move(ready), .size = 66}));
}

std::optional<SignatureKey> SignatureKey::ed25519(ByteView x) {
  PkeyPtr key = import_ed25519(x);
  if (key == nullptr) return std::nullopt;
  return SignatureKey(std::unique_ptr<Key>(new Key{.kind = Kind::ed25519, .key = std::move(key)}));
}

std::optional<SignatureKey> SignatureKey::hmac(ByteView secret) {
  if (secret.size() < least_hmac_secret) return std::nullopt;
  return SignatureKey(std::unique_ptr<Key>(new Key{.kind = Kind::hmac, .secret = WipedBytes(secret)}));
}

bool SignatureKey::fits(SignatureAlgorithm algorithm) const { return kind_for(algorithm) == key_->kind; }

void SignatureKey::prepare() const noexcept {
  if (key_->kind != Kind::p256 || is_prepared()) return;
  try {
    key_->quick.set(P256Verifier::make(uncompressed_point(key_->key.get())));
  } catch (const std::exception&) {
    // Out of memory: verification continues as before.
  }
}

bool SignatureKey::is_prepared() const { return key_->quick.get() != nullptr; }

bool SignatureKey::verify(SignatureAlgorithm algorithm, ByteView message, ByteView signature) const {
  if (!fits(algorithm)) return false;
  switch (algorithm) {
    case Algorithm::rs256:
    case Algorithm::rs384:
    case Algorithm::rs512:
      return signature.size() == key_->size && verify_rsa(key_->pkcs1, algorithm, message, signature);
    case Algorithm::ps256:
    case Algorithm::ps384:
    case Algorithm::ps512:
      return signature.size() == key_->size && verify_rsa(key_->pss, algorithm, message, signature);
    case Algorithm::es256:
      if (const P256Verifier* quick = key_->quick.get()) {
        return signature.size() == 2 * key_->size &&
               quick->verify(sha256(message), signature.first(key_->size), signature.last(key_->size));
      }
      return verify_ecdsa(key_->ready, key_->size, sha256(message), signature);
    case Algorithm::es384:
      return verify_ecdsa(key_->ready, key_->size, sha384_of(message), signature);
    case Algorithm::es512:
      return verify_ecdsa(key_->ready, key_->size, sha512_of(message), signature);
    case Algorithm::eddsa:
      return verify_ed25519(key_->key.get(), message, signature);
    case Algorithm::hs256:
      return equal_constant_time(hmac_sha256(key_->secret.view(), message), signature);
  }
  return false;
}

}  // namespace tacit::crypto
