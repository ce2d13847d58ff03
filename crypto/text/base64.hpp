// base64url without padding, RFC 4648 section 5: the only form that Tacit writes; reading is strict.
#pragma once

#include <optional>
#include <string_view>

#include "crypto/memory/bytes.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

/// Wiped, because keys pass through here; `.text()` is the encoding.
WipedBytes base64url_encode(ByteView bytes);

/// std::nullopt unless `text` is exactly the output of base64url_encode: no padding, no white space, no bits left over.
std::optional<WipedBytes> base64url_decode(std::string_view text);

/// Whether every character is one of base64url's. Wipes nothing: not for keys.
bool is_base64url(std::string_view text);

}  // namespace tacit::crypto
