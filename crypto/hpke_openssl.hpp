// What crypto/hpke.hpp offers, done by OpenSSL, which has HPKE from version 3.2 on. Private to crypto/ and its tests.
#pragma once

#include <openssl/opensslv.h>

#include "crypto/hpke.hpp"

#if OPENSSL_VERSION_NUMBER >= 0x30200000L
#define TACIT_OPENSSL_HAS_HPKE 1
#else
#define TACIT_OPENSSL_HAS_HPKE 0
#endif

#if TACIT_OPENSSL_HAS_HPKE
namespace tacit::crypto::hpke_openssl {

/// OSSL_HPKE_MAX_INFOLEN.
inline constexpr std::size_t max_info_size = 1024;

/// As hpke_seal. OpenSSL refuses an empty `plaintext` and an `info` of more than max_info_size bytes: do not pass them.
std::optional<Bytes> seal(const PublicKey& to, ByteView info, ByteView aad, ByteView plaintext);

/// As hpke_open. The box of an empty plaintext (hpke_overhead bytes) and a longer `info` are not for it, likewise.
std::optional<WipedBytes> open(const PrivateKey& key, const PublicKey& own_public, ByteView info, ByteView aad,
                               ByteView box);

}  // namespace tacit::crypto::hpke_openssl
#endif
