// The properties of each kind of keyring, for reading and writing its file.
#pragma once

#include <string_view>

#include <sys/types.h>

#include "crypto/keyring.hpp"

namespace tacit::crypto::keyring_kinds {

/// A kind's name in a ring's header, and the permission bits that its file must not have. A user who can change the
/// public ring can read all values written afterwards, so it is protected against writing like the others.
struct Kind {
  std::string_view name;
  mode_t forbidden;
};
inline constexpr Kind root_public{"root-public", 0022};
inline constexpr Kind root_private{"root-private", 0077};
inline constexpr Kind metadata{"metadata", 0037};

/// The id of a root key, the same for both halves.
KeyId root_key_id(const PublicKey& key);
KeyId metadata_key_id(const WipedArray<32>& key);

}  // namespace tacit::crypto::keyring_kinds
