// Failures of a store that does not match the keyrings, for the checks of its rows. Private to store/rows.
#pragma once

#include <string>

#include "crypto/ids/key_id.hpp"
#include "crypto/ids/uuid.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {

/// `ring` is its kind, in words.
inline Failure lacks(const char* ring, const crypto::KeyId& id) {
  return failed(Errc::integrity, std::string("the ") + ring + " keyring does not hold the key " + crypto::to_hex(id) +
                                     " that this store was made with");
}

/// `expected` is the store that the root public keyring names; zeros: none.
inline Failure is_another_store(const crypto::Uuid& store, const crypto::Uuid& expected) {
  const std::string is = "it is the store " + store.str() + ", but root-public-keyring ";
  if (expected == crypto::Uuid{}) return failed(Errc::integrity, is + "names no store: it is an old copy");
  return failed(Errc::integrity, is + "is for the store " + expected.str());
}

}  // namespace tacit::store
