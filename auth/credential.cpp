#include "auth/credential.hpp"

#include <algorithm>

#include "auth/api_keys/api_key_format.hpp"

namespace tacit::auth {
namespace {

constexpr std::string_view blank = " \t";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool same_letters(std::string_view text, std::string_view lower_case) {
  const auto matches = [](char a, char lower) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == lower; };
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(), matches);
}

// The text after the scheme if the scheme is Bearer (case-insensitive, RFC 9110 section 11.1); else the whole value.
std::string_view without_bearer(std::string_view value) {
  constexpr std::string_view scheme = "bearer";
  const auto end = std::min(value.find_first_of(blank), value.size());
  if (!same_letters(value.substr(0, end), scheme)) return value;
  return trim(value.substr(end));
}

}  // namespace

crypto::Digest credential_digest(std::string_view text) {
  const auto key = parse_api_key(text);
  return crypto::sha256(crypto::as_bytes(key ? key->secret : text));
}

Credential choose_credential(const CredentialHeaders& headers) {
  if (headers.token) return {Credential::Kind::token, trim(*headers.token)};
  if (headers.authorization) return {Credential::Kind::authorization, without_bearer(trim(*headers.authorization))};
  if (headers.x_api_key) return {Credential::Kind::x_api_key, trim(*headers.x_api_key)};
  return {};
}

}  // namespace tacit::auth
