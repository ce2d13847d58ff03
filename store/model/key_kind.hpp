// The two kinds of cryptographic keys, the root key pair and the metadata key, and the changes of their state.
#pragma once

#include <cstdint>

namespace tacit::store {

enum class KeyKind : std::uint8_t { root, metadata };

enum class KeyChange : std::uint8_t {
  promote,  ///< processes need it to open the store
  retire,   ///< processes no longer need it, and may not use it for new data
  keep,     ///< undoes a retirement, because a row still names the key
};

constexpr const char* to_string(KeyKind kind) { return kind == KeyKind::root ? "root" : "metadata"; }

}  // namespace tacit::store
