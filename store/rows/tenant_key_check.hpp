// Whether a tenant's key pair is the operator's: an attacker with the metadata key could put a pair of their own into
// the tenant's record, and later open the values that were sealed to it.
#pragma once

#include "crypto/envelope/envelope.hpp"
#include "store/model/outcome.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

/// Whether values may be sealed to that key pair, and released from it. Fails with `integrity`. By the phase
/// (crypto/keyrings/signers.hpp): none: every pair is accepted. signing: a pair without a certificate, too. A
/// certificate must be signed by a key of the role root that is not retired. Uses the memory of `keys`, so that the
/// steady cost is a hash, and counts refusals there.
Outcome<void> check_tenant_key(const StoreKeys& keys, const crypto::TenantKey& key);

/// Whether a new tenant may get that key pair of the pool (store/rows/prekey.hpp): it is certified and accepted, and
/// its private half is sealed to a root key that this process knows. An old pair that was put back may name one that
/// was retired, which no process could open.
bool is_usable_prekey(const StoreKeys& keys, const crypto::TenantKey& key);

/// Whether the pair's certificate says that it was made later than now. An attacker with a root signing key can make
/// such a pair. Signed again by the next key, it would pass for newer than any rekey, which would leave it.
bool is_from_the_future(const crypto::TenantKey& key);

}  // namespace tacit::store
