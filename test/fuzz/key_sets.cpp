// JSON Web Key sets and issuers' metadata, as issuers publish them.
#include <set>

#include "auth/issuers/issuer_metadata.hpp"
#include "auth/tokens/jwk.hpp"
#include "crypto/text/utf8.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

void check_keys(std::string_view text) {
  const auto keys = auth::KeySet::parse(text);
  if (!keys) {
    TACIT_HOLDS(!keys.error().empty() && crypto::is_utf8(keys.error()));
    return;
  }
  TACIT_HOLDS(keys->keys().size() <= auth::KeySet::most_keys);
  for (const auto& key : keys->keys()) {
    const auto algorithm = key->algorithm.value_or(crypto::SignatureAlgorithm::es256);
    TACIT_HOLDS(!key->takes(crypto::SignatureAlgorithm::hs256));
    const auto found = keys->candidates(key->kid, algorithm);
    TACIT_HOLDS(found.size() <= auth::KeySet::most_candidates);
    key->key.verify(algorithm, crypto::as_bytes("message"), crypto::as_bytes("signature"));
  }
  for (const std::string& skipped : keys->skipped().texts()) {
    TACIT_HOLDS(std::ranges::all_of(skipped, [](char c) { return c >= ' ' && c <= '~'; }));
  }
  const auth::KeySet again = keys->succeed(*keys);
  for (const auto& key : again.keys()) TACIT_HOLDS(!key->dropped->load());
}

void check_metadata(std::string_view text) {
  const auto metadata = auth::parse_metadata(text, "https://id.example.org");
  if (!metadata) {
    TACIT_HOLDS(!metadata.error().empty());
    return;
  }
  if (metadata->jwks) TACIT_HOLDS(metadata->jwks->port != 0 && metadata->jwks->target.starts_with('/'));
}

Description describe() {
  const std::string p256 = R"({"kty":"EC","crv":"P-256","kid":"a","alg":"ES256","use":"sig",)"
                           R"("x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",)"
                           R"("y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"})";
  const std::string ed25519 =
      R"({"kty":"OKP","crv":"Ed25519","kid":"b","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
  const std::string rsa =
      R"({"kty":"RSA","kid":"c","key_ops":["verify"],"e":"AQAB","n":")" + std::string(342, 'v') + "\"}";
  return {
      .max_size = 4096,
      .seeds = {Seed().byte(0).rest("{\"keys\":[" + p256 + "," + ed25519 + "," + rsa + "]}"),
                Seed().byte(0).rest("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}," + p256 + "," + p256 + "]}"),
                Seed().byte(1).rest(R"({"issuer":"https://id.example.org","jwks_uri":"https://id.example.org/keys",)"
                                    R"("introspection_endpoint":"https://id.example.org:8443/i"})")},
      .words = {"\"kty\":",  "\"RSA\"",  "\"EC\"",          "\"OKP\"",       "\"crv\":", "\"P-384\"",     "\"P-521\"",
                "\"Ed448\"", "\"d\":",   "\"use\":\"enc\"", "\"key_ops\":[", "\"sign\"", "\"alg\":",      "\"RS256\"",
                "\"EdDSA\"", "\"x\":\"", "\"y\":\"",        "\"kid\":",      "null",     "\"jwks_uri\":", "==\""}};
}

void take(std::string_view input) {
  Input in(input);
  if (in.flag()) return check_metadata(in.rest());
  check_keys(in.rest());
}

const Target target("key_sets", describe, take);

}  // namespace
}  // namespace tacit::fuzz
