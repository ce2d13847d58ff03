// The text of root public keyrings of version 2, for tests.
#pragma once

#include <string>

#include "crypto/keyrings/keyring_kinds.hpp"
#include "crypto/keyrings/keyring_text.hpp"
#include "crypto/keyrings/signers.hpp"
#include "crypto/text/base64.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

namespace tacit::crypto::test {

inline constexpr std::string_view created = "2026-01-02T03:04:05Z";
inline constexpr std::string_view store_text = "0f8fad5b-d9cb-469f-a165-70867728950e";

/// A line of a signing key, without its line feed. `rest` is what follows the key.
inline std::string sign_line(SigningRole role, std::string_view state, const SigningPublicKey& key,
                             std::string_view rest = "") {
  return "sign " + std::string(name_of(role)) + " " + to_hex(signing_key_id(role, key)) + " " + std::string(state) +
         " " + std::string(created) + " " + std::string(base64url_encode(key).text()) + std::string(rest);
}

/// A ring of version 2 with one root key and these further lines.
inline std::string public_ring(const std::vector<std::string>& lines) {
  const PublicKey key = generate_key_pair().public_key;
  std::string text(format_keyring("root-public", keyring_kinds::root_key_id(key), key).text());
  text.replace(text.find(" 1 "), 3, " 2 ");
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace tacit::crypto::test
