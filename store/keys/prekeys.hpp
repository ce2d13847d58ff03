// The pool of prekeys, the key pairs that are ready for new tenants (store/rows/prekey.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "crypto/envelope/envelope.hpp"
#include "crypto/ids/key_id.hpp"
#include "store/engine/async.hpp"
#include "store/keys/walk_rest.hpp"
#include "store/model/outcome.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

class CurrentContext;

/// Prekeys in one transaction.
inline constexpr std::size_t most_prekeys_at_once = 64;
/// Prekeys of a store whose keys begin to be signed: new tenants need a key pair each, possibly before the tool plane
/// first runs.
inline constexpr std::size_t first_prekeys = 512;

/// Makes key pairs that are signed with that key, and stores none.
std::vector<crypto::TenantKey> make_prekeys(const StoreKeys& keys, const crypto::SigningKeyring::Entry& signer,
                                            std::size_t number);
/// The same with the primary root signing key. Fails with not_allowed if this process lacks it.
Outcome<std::vector<crypto::TenantKey>> make_prekeys(const StoreKeys& keys, std::size_t number);

struct PrekeyFigures {
  std::uint64_t usable = 0;
  std::uint64_t unusable = 0;  ///< unreadable, wrongly signed, or signed by a key that is not accepted
  /// Of the usable ones, by the root key that seals them and the key that signed them.
  std::map<std::pair<crypto::KeyId, crypto::KeyId>, std::uint64_t> by_key;
};

/// A part of the store (store/store.hpp).
class Prekeys {
 public:
  explicit Prekeys(const CurrentContext& context) : context_(context) {}

  /// Whether this process makes pairs: tenants' keys are signed, and it has the root signing key.
  bool are_made() const;
  /// Verifies each pair. Walks the pool on successive snapshots.
  Outcome<PrekeyFigures> figures(const WalkRest& rest = {}) const;
  /// The number of rows in the table that contains the pool: all its pairs, unverified, and a few other rows. In
  /// constant time, so it may be asked several times a second whether pairs were taken. On a shared engine the pairs
  /// alone, which are walked.
  Outcome<std::uint64_t> pool_rows() const;
  /// Makes and adds pairs, at most most_prekeys_at_once, in one transaction, without an audit entry: their signatures
  /// prove them. Fails with not_allowed or integrity like a rewrap, or without the root signing key; with unavailable
  /// while the store does not take rows of format 3.
  Async<void> add(std::size_t number);
  /// The same for pairs that are signed with a key which Keys::promote_signing has named, before the ring has it as
  /// primary.
  Async<void> add_first(crypto::KeyId signer, std::size_t number);
  /// Removes unusable pairs, and returns how many; some may remain. Fails with not_allowed if these keyrings are older
  /// than those that the store has seen.
  Async<std::uint64_t> remove_bad();

 private:
  const CurrentContext& context_;
};

}  // namespace tacit::store
