// One key of a JWK set (RFC 7517 section 4): made into a key that verifies signatures, or why it is not.
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
  std::string why;        ///< the rest of a sentence that begins with the key; holds nothing of the key itself
  bool expected = false;  ///< it says that it is for something else than verifying signatures
  bool leaked = false;    ///< it has a private part, which everybody knows now
};

/// Reads an element of `keys`, as parse_json_parts answered it. A member that is null counts as absent. Numbers may
/// have leading zeros or, of a point's coordinates, lack them, and may be in base64 with padding as in base64url:
/// issuers do all of this, and none of it means another key.
boost::system::result<KeySet::Key, UnusableKey> read_jwk(const boost::json::value& element);

/// The key's kid as it may be shown; empty if it has none.
std::string shown_kid(const boost::json::value& element);

/// A word of a document as it may be shown: in quotes, at most 64 characters, printable ASCII.
std::string shown_word(std::string_view word);

}  // namespace tacit::auth
