#include "crypto/hpke/hpke_openssl.hpp"

#if TACIT_OPENSSL_HAS_HPKE

#include <openssl/hpke.h>

#include "crypto/hpke/hpke_suite.hpp"
#include "crypto/hpke/p256.hpp"
#include "crypto/hpke/p256_import.hpp"

namespace tacit::crypto::hpke_openssl {
namespace {

static_assert(max_info_size == OSSL_HPKE_MAX_INFOLEN);

// Its destructor overwrites the key, the nonce and the shared secret.
using Context = OpensslPtr<OSSL_HPKE_CTX, OSSL_HPKE_CTX_free>;

Context make_context(int role) {
  const OSSL_HPKE_SUITE suite{OSSL_HPKE_KEM_ID_P256, OSSL_HPKE_KDF_ID_HKDF_SHA256, OSSL_HPKE_AEAD_ID_AES_GCM_256};
  Context context(OSSL_HPKE_CTX_new(OSSL_HPKE_MODE_BASE, suite, role, nullptr, nullptr));
  require(context != nullptr, "OpenSSL offers no HPKE with P-256");
  return context;
}

}  // namespace

std::optional<Bytes> seal(const PublicKey& to, ByteView info, ByteView aad, ByteView plaintext) {
  if (to[0] != 0x04) return std::nullopt;
  const Context context = make_context(OSSL_HPKE_ROLE_SENDER);
  const WipedArray<32> input = hpke_ephemeral_input(to, info, aad, plaintext);
  require(OSSL_HPKE_CTX_set1_ikme(context.get(), input.data(), input.size()) == 1, "OpenSSL cannot take a key's input");
  Bytes box(hpke_overhead + plaintext.size());
  std::size_t enc_size = to.size();
  if (OSSL_HPKE_encap(context.get(), box.data(), &enc_size, to.data(), to.size(), info.data(), info.size()) != 1) {
    require(!is_point(to), "OpenSSL cannot encapsulate a key");
    ERR_clear_error();
    return std::nullopt;
  }
  std::size_t size = box.size() - enc_size;
  require(enc_size == to.size() &&
              OSSL_HPKE_seal(context.get(), box.data() + enc_size, &size, aad.data(), aad.size(), plaintext.data(),
                             plaintext.size()) == 1 &&
              enc_size + size == box.size(),
          "OpenSSL cannot seal");
  return box;
}

std::optional<WipedBytes> open(const PrivateKey& key, const PublicKey& own_public, ByteView info, ByteView aad,
                               ByteView box) {
  constexpr std::size_t enc_size = std::tuple_size_v<PublicKey>;
  if (box.size() <= hpke_overhead || box[0] != 0x04 || !is_scalar(key)) return std::nullopt;
  const PkeyPtr own = import_key_pair(key, own_public);
  if (own == nullptr) return std::nullopt;
  const Context context = make_context(OSSL_HPKE_ROLE_RECEIVER);
  if (!tried(OSSL_HPKE_decap(context.get(), box.data(), enc_size, own.get(), info.data(), info.size()) == 1)) {
    return std::nullopt;
  }
  const ByteView sealed = box.subspan(enc_size);
  WipedBytes plaintext(box.size() - hpke_overhead);
  std::size_t size = plaintext.size();
  if (!tried(OSSL_HPKE_open(context.get(), plaintext.data(), &size, aad.data(), aad.size(), sealed.data(),
                            sealed.size()) == 1 &&
             size == plaintext.size())) {
    return std::nullopt;
  }
  return plaintext;
}

}  // namespace tacit::crypto::hpke_openssl

#endif
