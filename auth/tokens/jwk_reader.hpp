// Parses one key of a JWK set (RFC 7517 section 4) into a key that verifies signatures.
#pragma once

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>

#include <memory>
#include <string>
#include <string_view>

#include "auth/tokens/jwk.hpp"

namespace tacit::auth {

/// Why a key cannot be used.
struct UnusableKey {
  std::string why;        ///< a clause that follows the key's name; contains no key material
  bool expected = false;  ///< the key states a use other than verifying signatures
  bool leaked = false;    ///< it has a private part, which is compromised by being published
};

/// Reads an element of `keys` from parse_json_parts. A null member counts as absent. Numbers may have leading zeros, a
/// point's coordinates may lack them, and base64 with padding is accepted like base64url: issuers publish all of these,
/// and none is ambiguous.
boost::system::result<KeySet::Key, UnusableKey> read_jwk(const boost::json::value& element);

/// The key's kid, printable; empty if it has none.
std::string shown_kid(const boost::json::value& element);

/// A word of a document, printable: quoted, at most 64 characters, ASCII.
std::string shown_word(std::string_view word);

}  // namespace tacit::auth
