#include "crypto/hpke/hpke_own.hpp"

#include <algorithm>

#include "crypto/hpke/hpke_suite.hpp"
#include "crypto/primitives/openssl.hpp"

namespace tacit::crypto::hpke_own {

std::optional<Bytes> seal(const PublicKey& to, ByteView info, ByteView aad, ByteView plaintext) {
  const auto ephemeral = hpke_derive_key_pair(hpke_ephemeral_input(to, info, aad, plaintext).view());
  require(ephemeral.has_value(), "cannot derive an ephemeral key");
  const auto shared_secret = hpke_encap(to, *ephemeral);
  if (!shared_secret) return std::nullopt;
  Bytes box(hpke_overhead + plaintext.size());
  std::copy(ephemeral->public_key.begin(), ephemeral->public_key.end(), box.begin());
  HpkeContext context(HpkeAead::aes_256_gcm, *shared_secret, info);
  context.seal(aad, plaintext, std::span(box).subspan(ephemeral->public_key.size()));
  return box;
}

std::optional<WipedBytes> open(const PrivateKey& key, const PublicKey& own_public, ByteView info, ByteView aad,
                               ByteView box) {
  if (box.size() < hpke_overhead) return std::nullopt;
  PublicKey enc;
  std::copy_n(box.begin(), enc.size(), enc.begin());
  const auto shared_secret = hpke_decap(enc, key, own_public);
  if (!shared_secret) return std::nullopt;
  HpkeContext context(HpkeAead::aes_256_gcm, *shared_secret, info);
  WipedBytes plaintext(box.size() - hpke_overhead);
  if (!context.open(aad, box.subspan(enc.size()), plaintext.span())) return std::nullopt;
  return plaintext;
}

}  // namespace tacit::crypto::hpke_own
