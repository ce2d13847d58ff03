#include "auth/jwt.hpp"

#include <algorithm>

#include "auth/json_document.hpp"
#include "auth/jws.hpp"

namespace tacit::auth {
namespace {

using boost::system::result;

bool is_base64url(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// Why the set has no key for the token.
Refusal no_candidate(const UnverifiedToken& token, const KeySet& keys) {
  const bool known = token.kid.empty() ? !keys.keys().empty() : keys.has(token.kid);
  return known ? Refusal::wrong_algorithm : Refusal::unknown_key;
}

}  // namespace

std::string_view UnverifiedToken::issuer() const {
  const boost::json::value* iss = claims.if_contains("iss");
  if (iss == nullptr || !iss->is_string()) return {};
  return {iss->get_string().data(), iss->get_string().size()};
}

bool looks_like_jwt(std::string_view text) {
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (first == std::string_view::npos || first == 0 || last <= first + 1) return false;
  // A part with a dot in it is none of base64url.
  return is_base64url(text.substr(0, first)) && is_base64url(text.substr(first + 1, last - first - 1)) &&
         is_base64url(text.substr(last + 1));
}

result<UnverifiedToken, Refusal> decode_jwt(std::string_view text) {
  if (text.size() > max_token_size) return Refusal::malformed;
  auto jws = decode_jws(text);
  if (!jws) return jws.error();
  auto claims = parse_json_document(jws->payload.text(), jws->payload.size());
  if (!claims || !claims->is_object()) return Refusal::malformed;
  UnverifiedToken token;
  token.algorithm = jws->algorithm;
  token.kid = std::move(jws->kid);
  token.type = std::move(jws->type);
  token.claims = std::move(claims->get_object());
  token.signed_part = jws->signed_part;
  token.signature = std::move(jws->signature);
  return token;
}

result<KeySet::Key, Refusal> verify_signature(const UnverifiedToken& token, const IssuerConfig& issuer,
                                              const KeySet& keys) {
  if (!issuer.allows(token.algorithm)) return Refusal::wrong_algorithm;
  auto candidates = keys.candidates(token.kid, token.algorithm);
  if (candidates.empty()) return no_candidate(token, keys);
  for (KeySet::Key& candidate : candidates) {
    if (candidate->key.verify(token.algorithm, crypto::as_bytes(token.signed_part), token.signature.view())) {
      return std::move(candidate);
    }
  }
  return Refusal::bad_signature;
}

}  // namespace tacit::auth
