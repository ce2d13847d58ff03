// Chooses between OpenSSL's implementation of HPKE, available since version 3.2, and Tacit's own. Each opens the
// other's boxes.
#include "crypto/hpke/hpke.hpp"

#include "crypto/hpke/hpke_openssl.hpp"
#include "crypto/hpke/hpke_own.hpp"

namespace tacit::crypto {

#if TACIT_OPENSSL_HAS_HPKE
namespace {

// RFC 9180 allows inputs that OpenSSL's implementation refuses: empty plaintexts, and an `info` of any size.
bool openssl_takes(ByteView info, std::size_t plaintext_size) {
  return plaintext_size > 0 && info.size() <= hpke_openssl::max_info_size;
}

}  // namespace
#endif

std::optional<Bytes> hpke_seal(const PublicKey& to, ByteView info, ByteView aad, ByteView plaintext) {
#if TACIT_OPENSSL_HAS_HPKE
  if (openssl_takes(info, plaintext.size())) return hpke_openssl::seal(to, info, aad, plaintext);
#endif
  return hpke_own::seal(to, info, aad, plaintext);
}

std::optional<WipedBytes> hpke_open(const PrivateKey& key, ByteView info, ByteView aad, ByteView box) {
  const auto own_public = public_key_of(key);
  if (!own_public) return std::nullopt;
  return hpke_open(key, *own_public, info, aad, box);
}

std::optional<WipedBytes> hpke_open(const PrivateKey& key, const PublicKey& own_public, ByteView info, ByteView aad,
                                    ByteView box) {
  if (box.size() < hpke_overhead) return std::nullopt;
#if TACIT_OPENSSL_HAS_HPKE
  if (openssl_takes(info, box.size() - hpke_overhead)) return hpke_openssl::open(key, own_public, info, aad, box);
#endif
  return hpke_own::open(key, own_public, info, aad, box);
}

}  // namespace tacit::crypto
