// crypto/hpke/hpke.hpp implemented by OpenSSL, which has HPKE since version 3.2. Private to crypto/ and its tests.
#pragma once

#include <openssl/opensslv.h>

#include "crypto/hpke/hpke.hpp"

#if OPENSSL_VERSION_NUMBER >= 0x30200000L
#define TACIT_OPENSSL_HAS_HPKE 1
#else
#define TACIT_OPENSSL_HAS_HPKE 0
#endif

#if TACIT_OPENSSL_HAS_HPKE
namespace tacit::crypto::hpke_openssl {

/// OSSL_HPKE_MAX_INFOLEN.
inline constexpr std::size_t max_info_size = 1024;

/// Like hpke_seal. OpenSSL refuses an empty `plaintext` and an `info` of more than max_info_size bytes: do not pass
/// them.
std::optional<Bytes> seal(const PublicKey& to, ByteView info, ByteView aad, ByteView plaintext);

/// Like hpke_open. Do not pass the box of an empty plaintext (hpke_overhead bytes) or a longer `info` either.
std::optional<WipedBytes> open(const PrivateKey& key, const PublicKey& own_public, ByteView info, ByteView aad,
                               ByteView box);

}  // namespace tacit::crypto::hpke_openssl
#endif
