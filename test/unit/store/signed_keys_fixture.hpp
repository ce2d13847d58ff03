// Keyrings of one deployment in each phase of signatures, with all private halves.
#pragma once

#include "crypto/envelope/envelope.hpp"
#include "crypto/keyrings/signing_edit.hpp"
#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

/// Made once for all tests; the same keys and the same store id in each phase. In the phase `none` the root signing key
/// is not primary.
StoreKeys keys_of_phase(crypto::SigningPhase phase);

/// The keys of another deployment, in the phase `required`.
StoreKeys keys_of_another_deployment();

/// With a memory of their own.
StoreKeys with_memory(StoreKeys keys);

/// A certified key pair of the deployment above.
crypto::TenantKey certified_key(std::int64_t made = 1'700'000'000'000'000);

/// A store of format 3 in the phase `required`.
StoreFixtureOptions signed_store();

}  // namespace tacit::store::testing
