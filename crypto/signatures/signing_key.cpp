#include "crypto/signatures/signing_key.hpp"

#include <utility>

#include "crypto/memory/process.hpp"
#include "crypto/primitives/aad.hpp"
#include "crypto/primitives/openssl.hpp"
#include "crypto/primitives/random.hpp"
#include "crypto/signatures/public_key.hpp"

namespace tacit::crypto {
namespace {

DigestContext new_context() {
  DigestContext context(EVP_MD_CTX_new());
  require(context != nullptr, "no memory for a signature");
  return context;
}

DigestContext prepared_to_sign(EVP_PKEY* key) {
  DigestContext context = new_context();
  require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) == 1, "cannot prepare to sign");
  return context;
}

DigestContext prepared_to_verify(EVP_PKEY* key) {
  DigestContext context = new_context();
  require(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1,
          "cannot prepare to verify a signature");
  return context;
}

/// A context for one operation. Preparing one looks up algorithms by name, which costs about as much as the signature;
/// copying one does not. Early versions of OpenSSL 3.0 cannot copy a context without a digest; `prepare` is then called
/// for each operation.
template <class Prepare>
DigestContext copied(const EVP_MD_CTX* prepared, EVP_PKEY* key, Prepare prepare) {
  DigestContext copy = new_context();
  if (tried(EVP_MD_CTX_copy_ex(copy.get(), prepared) == 1)) return copy;
  return prepare(key);
}

PkeyPtr import_seed(const WipedArray<32>& seed) {
  PkeyPtr key(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seed.data(), WipedArray<32>::size()));
  require(key != nullptr, "OpenSSL offers no Ed25519");
  return key;
}

Signature sign_with(EVP_MD_CTX* context, ByteView message) {
  Signature signature;
  std::size_t size = signature.size();
  require(
      EVP_DigestSign(context, signature.data(), &size, message.data(), message.size()) == 1 && size == signature.size(),
      "cannot sign with Ed25519");
  return signature;
}

}  // namespace

struct VerifyingKey::Impl {
  SigningPublicKey bytes;
  PkeyPtr key;
  DigestContext prepared;
};

VerifyingKey::VerifyingKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

std::optional<VerifyingKey> VerifyingKey::from(const SigningPublicKey& key) {
  PkeyPtr imported = import_ed25519(key);
  if (!imported) return std::nullopt;
  DigestContext prepared = prepared_to_verify(imported.get());
  return VerifyingKey(std::make_shared<const Impl>(Impl{key, std::move(imported), std::move(prepared)}));
}

const SigningPublicKey& VerifyingKey::bytes() const { return impl_->bytes; }

bool VerifyingKey::verify(std::string_view context, SignedFields fields, ByteView signature) const {
  if (signature.size() != std::tuple_size_v<Signature>) return false;
  const WipedBytes message = canonical(context, fields);
  const DigestContext here = copied(impl_->prepared.get(), impl_->key.get(), prepared_to_verify);
  return tried(EVP_DigestVerify(here.get(), signature.data(), signature.size(), message.data(), message.size()) == 1);
}

struct SigningKey::Impl {
  SigningPublicKey public_key;
  WipedArray<32> seed;
  PkeyPtr key;
  DigestContext prepared;
};

SigningKey::SigningKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

SigningKey SigningKey::generate() {
  WipedArray<32> seed;
  random_bytes(seed.span());
  return from_seed(seed);
}

SigningKey SigningKey::from_seed(const WipedArray<32>& seed) {
  PkeyPtr key = import_seed(seed);
  SigningPublicKey public_key;
  std::size_t size = public_key.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) == 1 && size == public_key.size(),
          "cannot read the public half of a signing key");
  DigestContext prepared = prepared_to_sign(key.get());
  auto impl = std::make_shared<const Impl>(Impl{public_key, seed.clone(), std::move(key), std::move(prepared)});
  lock_memory(impl.get(), sizeof(Impl));
  return SigningKey(std::move(impl));
}

const SigningPublicKey& SigningKey::public_key() const { return impl_->public_key; }

const WipedArray<32>& SigningKey::seed() const { return impl_->seed; }

Signature SigningKey::sign(std::string_view context, SignedFields fields) const {
  const WipedBytes message = canonical(context, fields);
  return sign_with(copied(impl_->prepared.get(), impl_->key.get(), prepared_to_sign).get(), message.view());
}

Signature ed25519_sign(const WipedArray<32>& seed, ByteView message) {
  return sign_with(prepared_to_sign(import_seed(seed).get()).get(), message);
}

}  // namespace tacit::crypto
