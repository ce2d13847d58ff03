#include "auth/credential.hpp"

#include <algorithm>

#include "auth/api_keys/api_key_format.hpp"
#include "crypto/text/ascii.hpp"

namespace tacit::auth {
namespace {

// The text after the scheme if the scheme is Bearer (case-insensitive, RFC 9110 section 11.1); else the whole value.
std::string_view without_bearer(std::string_view value) {
  constexpr std::string_view scheme = "bearer";
  const auto end = std::min(value.find_first_of(crypto::blanks), value.size());
  if (!crypto::equal_ignoring_case(value.substr(0, end), scheme)) return value;
  return crypto::trimmed(value.substr(end));
}

}  // namespace

crypto::Digest credential_digest(std::string_view text) {
  const auto key = parse_api_key(text);
  return crypto::sha256(crypto::as_bytes(key ? key->secret : text));
}

Credential choose_credential(const CredentialHeaders& headers) {
  if (headers.token) return {Credential::Kind::token, crypto::trimmed(*headers.token)};
  if (headers.authorization)
    return {Credential::Kind::authorization, without_bearer(crypto::trimmed(*headers.authorization))};
  if (headers.x_api_key) return {Credential::Kind::x_api_key, crypto::trimmed(*headers.x_api_key)};
  return {};
}

}  // namespace tacit::auth
