// A test issuer that signs tokens, and Tacit's verdicts on them.
#pragma once

#include <boost/test/unit_test.hpp>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "auth/issuers/issuer_settings.hpp"
#include "auth/tokens/jws.hpp"
#include "auth/tokens/jwt.hpp"
#include "test/unit/crypto/signatures/signatures_fixture.hpp"
#include "test/unit/crypto/signatures/signing_fixture.hpp"

namespace tacit::auth {

inline std::ostream& operator<<(std::ostream& out, Refusal refusal) { return out << to_string(refusal); }

}  // namespace tacit::auth

namespace tacit::auth::test {

using crypto::SignatureAlgorithm;
using crypto::test::base64url;
using crypto::test::SigningKey;

inline constexpr std::int64_t now_seconds = 1'700'000'000;
inline const std::chrono::system_clock::time_point now{std::chrono::seconds(now_seconds)};

inline constexpr std::string_view issuer_name = "https://id.example.org";
inline constexpr std::string_view audience = "https://tacit.example.org";

inline IssuerConfig issuer_config() {
  IssuerConfig config = default_issuer_config();
  config.issuer = issuer_name;
  config.algorithms = {SignatureAlgorithm::es256, SignatureAlgorithm::rs256, SignatureAlgorithm::ps256,
                       SignatureAlgorithm::es384, SignatureAlgorithm::eddsa, SignatureAlgorithm::es512,
                       SignatureAlgorithm::rs384, SignatureAlgorithm::rs512, SignatureAlgorithm::ps384,
                       SignatureAlgorithm::ps512};
  config.audiences = {std::string(audience), "tacit"};
  config.tool_audiences = {"https://tools.example.org", "tools"};
  config.scope_names = {{"secrets:read", store::Scope::secrets_read},
                        {"write", store::Scope::secrets_write},
                        {"admin", store::Scope::secrets_write},
                        {"admin", store::Scope::api_keys_manage}};
  return config;
}

/// Valid claims, with the named member replaced by `instead`, or removed if `instead` is empty.
inline std::string claims(std::string_view name = {}, std::string_view instead = {}) {
  const std::pair<std::string_view, std::string> members[] = {
      {"iss", '"' + std::string(issuer_name) + '"'}, {"sub", R"("alice")"},
      {"aud", '"' + std::string(audience) + '"'},    {"exp", std::to_string(now_seconds + 300)},
      {"iat", std::to_string(now_seconds - 10)},     {"scope", R"("secrets:read")"},
  };
  std::string text = "{";
  const auto add = [&text](std::string_view key, std::string_view value) {
    if (text.size() > 1) text += ',';
    text.append("\"").append(key).append("\":").append(value);
  };
  bool known = false;
  for (const auto& [key, value] : members) {
    const bool replaced = key == name;
    known = known || replaced;
    if (!replaced) {
      add(key, value);
    } else if (!instead.empty()) {
      add(key, instead);
    }
  }
  if (!known && !name.empty()) add(name, instead);
  return text + "}";
}

inline std::string compact(std::string_view header, std::string_view payload) {
  return base64url(header) + "." + base64url(payload);
}
inline std::string with_signature(const std::string& signed_part, crypto::ByteView signature) {
  return signed_part + "." + base64url(signature);
}

inline KeySet parsed_set(std::string_view jwks) {
  auto set = KeySet::parse(jwks);
  BOOST_REQUIRE(set.has_value());
  return *set;
}

/// An issuer with one key of each kind, and their key set.
struct Mint {
  SigningKey p256 = SigningKey::ec("P-256");
  SigningKey other_p256 = SigningKey::ec("P-256");
  SigningKey p384 = SigningKey::ec("P-384");
  SigningKey ed25519 = SigningKey::edwards("ED25519");
  const SigningKey& rsa = crypto::test::rsa_2048();
  KeySet keys = parsed_set(set_text());

  std::string set_text() const {
    return R"({"keys":[)" + p256.jwk(R"("kid":"ec","alg":"ES256","use":"sig",)") + "," +
           other_p256.jwk(R"("kid":"ec-2",)") + "," + rsa.jwk(R"("kid":"rsa",)") + "," +
           rsa.jwk(R"("kid":"rsa-rs256","alg":"RS256",)") + "," + p384.jwk(R"("kid":"ec-384",)") + "," +
           ed25519.jwk(R"("kid":"ed",)") + "]}";
  }

  /// Signed by ES256 with the key `ec`.
  std::string es256(std::string_view header, std::string_view payload) const {
    const std::string text = compact(header, payload);
    return with_signature(text, ecdsa(p256, text));
  }
  std::string es256(std::string_view payload) const { return es256(R"({"alg":"ES256","kid":"ec"})", payload); }
  /// The valid claims under this header.
  std::string headed(std::string_view header) const { return es256(header, claims()); }
  std::string rs256(std::string_view header, std::string_view payload) const {
    const std::string text = compact(header, payload);
    return with_signature(text, pkcs1(rsa, text));
  }

  boost::system::result<TokenGrant, Refusal> judge(std::string_view token, const IssuerConfig& config) const {
    const auto decoded = decode_jwt(token);
    if (!decoded) return decoded.error();
    const auto key = verify_signature(*decoded, config, keys);
    if (!key) return key.error();
    return judge_claims(*decoded, config, now);
  }
  /// std::nullopt if the token is accepted.
  std::optional<Refusal> refusal(std::string_view token, const IssuerConfig& config = issuer_config()) const {
    const auto grant = judge(token, config);
    return grant ? std::nullopt : std::optional(grant.error());
  }
};

/// Created once, because making its keys takes a while.
inline const Mint& mint() {
  static const Mint made;
  return made;
}

/// The name of the refusal, or "accepted", so that a failed comparison prints both.
inline std::string verdict(std::optional<Refusal> refusal) { return refusal ? to_string(*refusal) : "accepted"; }
inline std::string verdict(const boost::system::result<TokenGrant, Refusal>& grant) {
  return grant ? "accepted" : to_string(grant.error());
}

}  // namespace tacit::auth::test
