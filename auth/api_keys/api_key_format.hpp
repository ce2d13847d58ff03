// The text form of an API key. Secret scanners can recognise it, and typing mistakes are found without a look-up:
//   tct_ ‖ id (11) ‖ secret (43) ‖ checksum (6)      64 characters, all after the prefix of [0-9A-Za-z]
// The secret is 43 uniformly random characters (256.03 bits). The checksum is the CRC-32 (ISO-HDLC, as in zlib) of the
// id and secret characters, in base 62, most significant digit first, padded with 0.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/memory/wiped.hpp"
#include "crypto/primitives/digest.hpp"

namespace tacit::auth {

/// A new key: the text, which is shown once, and the parts that are stored.
struct GeneratedApiKey {
  std::string id;
  crypto::WipedBytes text;
  crypto::Digest secret_hash;  ///< SHA-256 of the 43 characters
};
GeneratedApiKey generate_api_key();

/// Whether the text starts with the prefix of API keys, which no token has.
bool has_api_key_prefix(std::string_view text);

struct ParsedApiKey {
  std::string_view id;      ///< points into the text
  std::string_view secret;  ///< points into the text
};
/// std::nullopt if the form or the checksum is wrong. Does not access the store.
std::optional<ParsedApiKey> parse_api_key(std::string_view text);

}  // namespace tacit::auth
