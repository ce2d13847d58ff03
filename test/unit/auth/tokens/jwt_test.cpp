// Decoding and verification of JWTs: forms, headers and signatures.
#include "auth/tokens/jwt.hpp"

#include "crypto/primitives/digest.hpp"
#include "crypto/text/base64.hpp"
#include "test/unit/auth/tokens/token_fixture.hpp"

using namespace tacit::auth;
using namespace tacit::auth::test;
using tacit::crypto::as_bytes;

namespace {

// RFC 7515 appendix A: one payload, signed in several ways.
constexpr std::string_view rfc7515_payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

std::string rfc7515(std::string_view header, std::string_view signature) {
  return std::string(header).append(".").append(rfc7515_payload).append(".").append(signature);
}

std::string verify_with(const std::string& token, SignatureAlgorithm algorithm, const KeySet& keys) {
  const auto decoded = decode_jwt(token);
  if (!decoded) return to_string(decoded.error());
  IssuerConfig config = issuer_config();
  config.algorithms = {algorithm};
  const auto key = verify_signature(*decoded, config, keys);
  return key ? "accepted" : to_string(key.error());
}

KeySet set_of(std::string_view jwk) { return parsed_set(R"({"keys":[)" + std::string(jwk) + "]}"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(jwt)

BOOST_AUTO_TEST_CASE(rfc7515_a1_and_rfc7519_3_1) {
  const std::string token =
      rfc7515("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  const auto decoded = decode_jwt(token);
  BOOST_REQUIRE(decoded.has_value());
  BOOST_TEST((decoded->algorithm == SignatureAlgorithm::hs256));
  BOOST_TEST(decoded->type == "jwt");
  BOOST_TEST(decoded->kid == "");
  BOOST_TEST(decoded->issuer() == "joe");
  BOOST_TEST(decoded->claims.size() == 3u);
  BOOST_TEST(decoded->claims.at("exp").as_int64() == 1300819380);
  BOOST_TEST(decoded->claims.at("http://example.com/is_root").as_bool());
  BOOST_TEST(decoded->signed_part == token.substr(0, token.rfind('.')));
  const auto secret = tacit::crypto::base64url_decode(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  BOOST_REQUIRE(secret.has_value());
  const auto keys = KeySet::of_secret(secret->view());
  BOOST_REQUIRE(keys.has_value());
  BOOST_TEST(verify_with(token, SignatureAlgorithm::hs256, *keys) == "accepted");
  BOOST_TEST(verify_with(token, SignatureAlgorithm::es256, *keys) == "wrong_algorithm");
  const auto other = KeySet::of_secret(as_bytes("another secret of at least 32 bytes"));
  BOOST_TEST(verify_with(token, SignatureAlgorithm::hs256, *other) == "bad_signature");
}

BOOST_AUTO_TEST_CASE(rfc7515_a2) {
  const KeySet keys = set_of(
      R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJ)"
      R"(PMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdb)"
      R"(BYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_)"
      R"(h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"})");
  const std::string token =
      rfc7515("eyJhbGciOiJSUzI1NiJ9",
              "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb"
              "F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383"
              "LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy"
              "wlVmtVrBp0igcN_IoypGlUPQGe77Rw");
  BOOST_TEST(verify_with(token, SignatureAlgorithm::rs256, keys) == "accepted");
  BOOST_TEST(verify_with(token, SignatureAlgorithm::ps256, keys) == "wrong_algorithm");
}

BOOST_AUTO_TEST_CASE(rfc7515_a3) {
  const KeySet keys = set_of(R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                             R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  const std::string token = rfc7515(
      "eyJhbGciOiJFUzI1NiJ9", "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  BOOST_TEST(verify_with(token, SignatureAlgorithm::es256, keys) == "accepted");
}

BOOST_AUTO_TEST_CASE(rfc8037_a4) {
  // The payload is a sentence, so this is a signature but not a token.
  const std::string text =
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
  const auto jws = decode_jws(text);
  BOOST_REQUIRE(jws.has_value());
  BOOST_TEST(jws->payload.text() == "Example of Ed25519 signing");
  const KeySet keys = set_of(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  BOOST_TEST(keys.keys()[0]->key.verify(jws->algorithm, as_bytes(jws->signed_part), jws->signature.view()));
  BOOST_TEST(verdict(mint().refusal(text)) == "malformed");
}

BOOST_AUTO_TEST_CASE(every_algorithm_is_accepted) {
  const Mint& issuer = mint();
  const std::string ec = compact(R"({"alg":"ES256","kid":"ec"})", claims());
  const std::string rs = compact(R"({"alg":"RS256","kid":"rsa"})", claims());
  const std::string ps = compact(R"({"alg":"PS256","kid":"rsa"})", claims());
  const std::string es384 = compact(R"({"alg":"ES384","kid":"ec-384"})", claims());
  const std::string ed = compact(R"({"alg":"EdDSA","kid":"ed"})", claims());
  const std::string ed25519 = compact(R"({"alg":"Ed25519","kid":"ed"})", claims());
  for (const std::string& token :
       {with_signature(ec, ecdsa(issuer.p256, ec)), with_signature(rs, pkcs1(issuer.rsa, rs)),
        with_signature(ps, pss(issuer.rsa, ps)), with_signature(es384, ecdsa(issuer.p384, es384, "SHA384")),
        with_signature(ed, eddsa(issuer.ed25519, ed)), with_signature(ed25519, eddsa(issuer.ed25519, ed25519))}) {
    BOOST_TEST(verdict(issuer.refusal(token)) == "accepted");
    BOOST_TEST(looks_like_jwt(token));
  }
}

BOOST_AUTO_TEST_CASE(harmless_headers_are_accepted) {
  for (const char* const header :
       {R"({"alg":"ES256"})", R"({"kid":"ec","alg":"ES256","typ":"JWT"})", R"({"alg":"ES256","typ":"jwt"})",
        R"({"alg":"ES256","typ":"at+jwt"})", R"({"alg":"ES256","typ":"AT+JWT"})",
        R"({"alg":"ES256","typ":"application/at+jwt"})", R"({"alg":"ES256","typ":"Application/JWT"})",
        R"({"alg":"ES256","x5t":"AAAA","x5t#S256":"AAAA"})", R"({"alg":"ES256","nonce":"n","kid":""})",
        " {\r\n\"alg\" :\t\"ES256\" } "}) {
    BOOST_TEST(verdict(mint().refusal(mint().headed(header))) == "accepted", header);
  }
}

BOOST_AUTO_TEST_CASE(the_key_that_signed_is_named) {
  const auto decoded_key = [](const std::string& token) {
    const auto decoded = decode_jwt(token);
    BOOST_REQUIRE(decoded.has_value());
    const auto key = verify_signature(*decoded, issuer_config(), mint().keys);
    BOOST_REQUIRE(key.has_value());
    return (*key)->kid;
  };
  BOOST_TEST(decoded_key(mint().es256(claims())) == "ec");
  const std::string unnamed = compact(R"({"alg":"ES256"})", claims());
  BOOST_TEST(decoded_key(with_signature(unnamed, ecdsa(mint().other_p256, unnamed))) == "ec-2");
}

BOOST_AUTO_TEST_CASE(the_largest_token) {
  const auto token_of = [](std::size_t padding) {
    return mint().es256(claims("pad", '"' + std::string(padding, 'x') + '"'));
  };
  // Base64 grows by 4 characters per 3 bytes, so every size around the limit occurs.
  std::size_t padding = 8'600;
  while (token_of(padding + 1).size() <= max_token_size) ++padding;
  BOOST_TEST(token_of(padding).size() > max_token_size - 3);
  BOOST_TEST(verdict(mint().refusal(token_of(padding))) == "accepted");
  BOOST_TEST(verdict(mint().refusal(token_of(padding + 3))) == "too_large");
}

// A null header parameter counts as absent.
BOOST_AUTO_TEST_CASE(null_parameters_of_the_header) {
  for (const char* const more : {R"("kid":null)", R"("typ":null)", R"("crit":null)", R"("jwk":null,"jku":null)",
                                 R"("x5u":null,"x5c":null)", R"("b64":null,"zip":null)"}) {
    const std::string text = compact(R"({"alg":"ES256",)" + std::string(more) + "}", claims());
    BOOST_TEST(verdict(mint().refusal(with_signature(text, ecdsa(mint().other_p256, text)))) == "accepted", more);
  }
}

BOOST_AUTO_TEST_CASE(the_form_of_a_token) {
  for (const char* const text : {"a.b.c", "a.b.", "eyJ.eyJ.abc", "A-_z09.A-_z09.A-_z09"}) {
    BOOST_TEST(looks_like_jwt(text), text);
  }
  for (const char* const text : {"", ".", "..", "...", "a", "a.b", "a..c", ".b.c", "..c", "a.b.c.d", "a.b.c.", ".a.b.c",
                                 "a.b.c=", "a+.b.c", "a.b/.c", "a .b.c", "a.b.c\n", "a.b.\xc3\xa9", "tacit_key"}) {
    BOOST_TEST(!looks_like_jwt(text), text);
  }
}

BOOST_AUTO_TEST_CASE(an_issuer_is_read_only_from_a_string) {
  const auto issuer_of = [](std::string_view payload) {
    const std::string token = mint().es256(payload);
    const auto decoded = decode_jwt(token);
    BOOST_REQUIRE(decoded.has_value());
    return std::string(decoded->issuer());
  };
  BOOST_TEST(issuer_of(claims()) == issuer_name);
  BOOST_TEST(issuer_of(claims("iss", "7")) == "");
  BOOST_TEST(issuer_of(claims("iss", "")) == "");
}

BOOST_AUTO_TEST_SUITE_END()
