// The properties of each kind of keyring, for reading and writing its file.
#pragma once

#include <string_view>

#include <sys/types.h>

#include "crypto/keyrings/keyring.hpp"
#include "crypto/keyrings/signers.hpp"

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
inline constexpr Kind root_signing{"root-signing", 0077};
inline constexpr Kind audit_api{"audit-api", 0077};
inline constexpr Kind audit_tools{"audit-tools", 0077};
inline constexpr Kind audit_operator{"audit-operator", 0077};

/// The kind of the keyring of that role's private halves.
constexpr const Kind& kind_of(SigningRole role) {
  switch (role) {
    case SigningRole::api:
      return audit_api;
    case SigningRole::tools:
      return audit_tools;
    case SigningRole::operators:
      return audit_operator;
    case SigningRole::root:
      break;
  }
  return root_signing;
}

/// The id of a root key, the same for both halves.
KeyId root_key_id(const PublicKey& key);
KeyId metadata_key_id(const WipedArray<32>& key);

}  // namespace tacit::crypto::keyring_kinds
