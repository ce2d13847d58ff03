// Tacit's own implementation of crypto/hpke/hpke.hpp, over crypto/hpke/hpke_suite.hpp. For OpenSSL before 3.2, and for
// the few inputs that OpenSSL's implementation refuses. Private to crypto/ and its tests.
#pragma once

#include "crypto/hpke/hpke.hpp"

namespace tacit::crypto::hpke_own {

/// Like hpke_seal and hpke_open.
std::optional<Bytes> seal(const PublicKey& to, ByteView info, ByteView aad, ByteView plaintext);
std::optional<WipedBytes> open(const PrivateKey& key, const PublicKey& own_public, ByteView info, ByteView aad,
                               ByteView box);

}  // namespace tacit::crypto::hpke_own
