// The kinds of keys that the store names, and the changes of their state: the root key pair, the metadata key, and the
// root signing key. Audit keys are named in the root public keyring alone.
#pragma once

#include <cstdint>

namespace tacit::store {

enum class KeyKind : std::uint8_t { root, metadata, signing };

enum class KeyChange : std::uint8_t {
  promote,  ///< processes need it to open the store
  retire,   ///< processes no longer need it, and may not use it for new data
  keep,     ///< undoes a retirement, because a row still names the key
};

constexpr const char* to_string(KeyKind kind) {
  switch (kind) {
    case KeyKind::root:
      return "root";
    case KeyKind::metadata:
      return "metadata";
    case KeyKind::signing:
      break;
  }
  return "signing";
}

}  // namespace tacit::store
