// Key sets as text, and parsed.
#pragma once

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

#include "auth/tokens/jwk.hpp"
#include "test/unit/crypto/signatures/signing_fixture.hpp"

namespace tacit::auth::test {

/// A JWK set of these keys.
inline std::string set(std::initializer_list<std::string_view> keys) {
  std::string text;
  for (const std::string_view key : keys) text.append(text.empty() ? "" : ",").append(key);
  return R"({"keys":[)" + text + "]}";
}

inline const crypto::test::SigningKey& p256() {
  static const crypto::test::SigningKey key = crypto::test::SigningKey::ec("P-256");
  return key;
}

inline KeySet parsed(const std::string& text) {
  auto result = KeySet::parse(text);
  BOOST_REQUIRE(result.has_value());
  return *result;
}

}  // namespace tacit::auth::test
