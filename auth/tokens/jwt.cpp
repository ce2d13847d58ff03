#include "auth/tokens/jwt.hpp"

#include <algorithm>

#include "auth/tokens/json_document.hpp"
#include "auth/tokens/jws.hpp"
#include "crypto/text/base64.hpp"

namespace tacit::auth {
namespace {

using boost::system::result;

// The refusal if the set has no key for the token.
Refusal no_candidate(const UnverifiedToken& token, const KeySet& keys) {
  const bool known = token.kid.empty() ? !keys.keys().empty() : keys.has(token.kid);
  return known ? Refusal::wrong_algorithm : Refusal::unknown_key;
}

}  // namespace

std::string_view UnverifiedToken::issuer() const {
  return text_of(find_member(claims, "iss")).value_or(std::string_view());
}

bool looks_like_jwt(std::string_view text) {
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  if (first == std::string_view::npos || first == 0 || last <= first + 1) return false;
  // A part with a dot in it is not base64url.
  return crypto::is_base64url(text.substr(0, first)) &&
         crypto::is_base64url(text.substr(first + 1, last - first - 1)) && crypto::is_base64url(text.substr(last + 1));
}

result<UnverifiedToken, Refusal> decode_jwt(std::string_view text, boost::json::storage_ptr memory) {
  if (text.size() > max_token_size) return Refusal::too_large;
  auto jws = decode_jws(text);
  if (!jws) return jws.error();
  auto claims = parse_json_document(jws->payload.text(), jws->payload.size(), std::move(memory));
  if (!claims || !claims->is_object()) return Refusal::malformed;
  // Constructed with its claims: assigning them would copy them out of their memory resource.
  return UnverifiedToken{.algorithm = jws->algorithm,
                         .kid = std::move(jws->kid),
                         .type = std::move(jws->type),
                         .claims = std::move(claims->get_object()),
                         .signed_part = jws->signed_part,
                         .signature = std::move(jws->signature)};
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
