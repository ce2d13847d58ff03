// The plane that a token is meant for, by its `aud`. No token is valid on both, so that a tool runtime cannot use on
// the API plane what it was given for the tool plane.
#pragma once

#include <cstdint>

namespace tacit::auth {

enum class TokenAudience : std::uint8_t {
  api,    ///< has one of the issuer's audiences, and none of its tool audiences
  tools,  ///< has one of the issuer's tool audiences
};

}  // namespace tacit::auth
