// The two kinds of keys that an operator keeps: the root key pair, and the metadata key; and what can become of one.
#pragma once

#include <cstdint>

namespace tacit::store {

enum class KeyKind : std::uint8_t { root, metadata };

enum class KeyChange : std::uint8_t {
  promote,  ///< from now on processes need it to open the store
  retire,   ///< they need it no more, and may make nothing with it
  keep,     ///< a retirement is taken back, for something still names the key
};

constexpr const char* to_string(KeyKind kind) { return kind == KeyKind::root ? "root" : "metadata"; }

}  // namespace tacit::store
