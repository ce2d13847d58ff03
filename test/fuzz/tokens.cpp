// JSON Web Tokens: those of the input, and rightly signed ones with its header and claims.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "auth/tokens/json_document.hpp"
#include "auth/tokens/jwt.hpp"
#include "crypto/primitives/digest.hpp"
#include "crypto/text/base64.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

using namespace std::chrono;

constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";
const system_clock::time_point now{seconds(1'800'000'000)};

const auth::IssuerConfig& issuer() {
  static const auth::IssuerConfig config = [] {
    auth::IssuerConfig made;
    made.issuer = "https://id.example.org";
    made.algorithms = {crypto::SignatureAlgorithm::hs256};
    made.audiences = {"tacit"};
    made.tool_audiences = {"tools"};
    made.user_claim = "sub";
    made.scope_claim = "scope";
    made.scope_names.emplace("read", store::Scope::secrets_read);
    made.leeway = seconds(30);
    return made;
  }();
  return config;
}

std::string base64(std::string_view text) {
  return std::string(crypto::base64url_encode(crypto::as_bytes(text)).text());
}

std::string signed_token(std::string_view header, std::string_view claims) {
  std::string token = base64(header) + "." + base64(claims);
  const crypto::Digest mac = crypto::hmac_sha256(crypto::as_bytes(secret), {crypto::as_bytes(token)});
  return token + "." + base64(crypto::as_text(mac));
}

void check_grant(const boost::system::result<auth::TokenGrant, auth::Refusal>& grant, const boost::json::object& claims,
                 bool introspected) {
  if (!grant) return;
  TACIT_HOLDS(grant->expires > now - issuer().leeway);
  TACIT_HOLDS(grant->principal.actor.starts_with("oauth:") && grant->principal.tenant != crypto::Uuid());
  const boost::json::value* const iss = auth::find_member(claims, "iss");
  TACIT_HOLDS((introspected && iss == nullptr) || auth::text_of(iss) == issuer().issuer);
  if (grant->audience == auth::TokenAudience::tools) TACIT_HOLDS(grant->principal.scopes == store::Scope::tools_use);
}

void check_token(std::string_view text) {
  const auto token = auth::decode_jwt(text);
  if (!token) return;
  TACIT_HOLDS(auth::looks_like_jwt(text) && text.starts_with(token->signed_part) &&
              text.size() <= auth::max_token_size);
  static const auth::KeySet keys = *auth::KeySet::of_secret(crypto::as_bytes(secret));
  const auto key = auth::verify_signature(*token, issuer(), keys);
  const crypto::Digest mac = crypto::hmac_sha256(crypto::as_bytes(secret), {crypto::as_bytes(token->signed_part)});
  const bool right =
      token->algorithm == crypto::SignatureAlgorithm::hs256 && crypto::as_text(mac) == token->signature.text();
  TACIT_HOLDS(key.has_value() == right);
  check_grant(auth::judge_claims(*token, issuer(), now), token->claims, false);
}

Description describe() {
  const std::string header = R"({"alg":"HS256","typ":"at+jwt","kid":"k1"})";
  const std::string claims = R"({"iss":"https://id.example.org","aud":["tacit"],"exp":1800000600,)"
                             R"("iat":1799999999,"sub":"ann","scope":"read write"})";
  const std::string answer =
      R"({"active":true,"aud":"tacit","sub":"ann","exp":1800000600.5,"client_id":"c","scope":["read"]})";
  return {.max_size = 1024,
          .seeds = {Seed().byte(0).rest(signed_token(header, claims)), Seed().byte(1).text(header).rest(claims),
                    Seed().byte(2).rest(answer),
                    Seed().byte(1).text(header).rest(
                        R"({"iss":"https://id.example.org","aud":"tools","exp":1.8000006e9,"nbf":0,)"
                        R"("sub":"6ba7b810-9dad-11d1-80b4-00c04fd430c8"})"),
                    Seed().byte(0).rest("e30.e30.")},
          .words = {"\"alg\":\"HS256\"",
                    "\"none\"",
                    "\"jwk\":{}",
                    "\"crit\":[]",
                    "\"typ\":\"JWT\"",
                    "\"exp\":",
                    "\"nbf\":",
                    "\"iat\":",
                    "\"aud\":",
                    "\"tools\"",
                    "\"sub\":",
                    "\"scope\":",
                    "\"iss\":\"https://id.example.org\"",
                    "\"active\":true",
                    "1e999",
                    "null",
                    "[",
                    "]",
                    "{",
                    "}",
                    ",",
                    "."}};
}

void take(std::string_view input) {
  Input in(input);
  const unsigned kind = in.byte() % 3U;
  if (kind == 0) return check_token(in.rest());
  if (kind == 1) {
    const std::string_view header = in.text();
    return check_token(signed_token(header, in.rest()));
  }
  const std::string_view text = in.rest();
  const auto answer = auth::parse_json_document(text, text.size());
  if (answer && answer->is_object()) {
    check_grant(auth::judge_introspection(answer->get_object(), issuer(), now), answer->get_object(), true);
  }
}

const Target target("tokens", describe, take);

}  // namespace
}  // namespace tacit::fuzz
