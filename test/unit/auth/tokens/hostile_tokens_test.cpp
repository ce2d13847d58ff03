// Tokens that would be accepted if one check were missing. Each is valid except for the fault in its name: its
// signature verifies unless that is the fault.
#include <vector>

#include "crypto/primitives/digest.hpp"
#include "test/unit/auth/tokens/token_fixture.hpp"

using namespace tacit::auth;
using namespace tacit::auth::test;
using tacit::crypto::as_bytes;
using tacit::crypto::Bytes;
using tacit::crypto::ByteView;

namespace {

struct Hostile {
  std::string name;
  std::string token;
  Refusal refusal;
};
using Rows = std::vector<Hostile>;

std::string hs256(std::string_view header, ByteView secret) {
  const std::string text = compact(header, claims());
  return with_signature(text, tacit::crypto::hmac_sha256(secret, as_bytes(text)));
}

std::string good() { return mint().es256(claims()); }
std::string header_of(const std::string& token) { return token.substr(0, token.find('.')); }
std::string signed_part_of(const std::string& token) { return token.substr(0, token.rfind('.')); }
std::string payload_of(const std::string& token) { return signed_part_of(token).substr(header_of(token).size() + 1); }
std::string signature_of(const std::string& token) { return token.substr(token.rfind('.') + 1); }

// Signed as written, so that only the form of its parts is wrong.
std::string signed_as_is(const std::string& header, const std::string& payload) {
  const std::string text = header + "." + payload;
  return with_signature(text, ecdsa(mint().p256, text));
}

std::string with_claim(std::string_view name, std::string_view value) { return mint().es256(claims(name, value)); }

// The text with one of the unused bits of its last base64url character set.
std::string with_leftover_bit(std::string text) {
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  BOOST_REQUIRE(text.size() % 4 >= 2);
  text.back() = alphabet[alphabet.find(text.back()) | 1];
  return text;
}

// `claims()` followed by white space until its base64url has unused bits.
std::string claims_with_leftover() {
  std::string payload = claims();
  while (payload.size() % 3 == 0) payload += ' ';
  return payload;
}

void add_algorithms(Rows& rows) {
  const Mint& m = mint();
  const std::string none = base64url(R"({"alg":"none"})") + "." + base64url(claims());
  rows.push_back({"alg none without a signature", none + ".", Refusal::wrong_algorithm});
  rows.push_back({"alg none with a signature", none + "." + signature_of(good()), Refusal::wrong_algorithm});
  for (const char* const alg : {"None", "NONE", "nOnE", "", " ES256", "es256", "ES256K", "HS384", "HS512", "rs512",
                                "RS1", "A256GCM", "Ed448", "ES256\\u0000"}) {
    rows.push_back({"alg " + std::string(alg), m.headed(R"({"kid":"ec","alg":")" + std::string(alg) + "\"}"),
                    Refusal::wrong_algorithm});
  }
  for (const char* const alg : {"null", "7", "true", R"(["ES256"])", "{}"}) {
    rows.push_back({"alg that is " + std::string(alg), m.headed(R"({"kid":"ec","alg":)" + std::string(alg) + "}"),
                    Refusal::malformed});
  }
  rows.push_back({"no alg", m.headed(R"({"kid":"ec"})"), Refusal::malformed});
  rows.push_back({"alg under another case", m.headed(R"({"Alg":"ES256","kid":"ec"})"), Refusal::malformed});

  const std::string header = R"({"alg":"HS256","kid":"rsa"})";
  rows.push_back({"HS256 with the RSA key's PEM", hs256(header, as_bytes(m.rsa.pem())), Refusal::wrong_algorithm});
  rows.push_back({"HS256 with the RSA key's DER", hs256(header, m.rsa.der()), Refusal::wrong_algorithm});
  rows.push_back({"HS256 with the RSA modulus", hs256(header, m.rsa.n()), Refusal::wrong_algorithm});
  rows.push_back(
      {"HS256 with the EC point's x", hs256(R"({"alg":"HS256","kid":"ec"})", m.p256.x()), Refusal::wrong_algorithm});
  rows.push_back({"HS256 with an empty secret", hs256(R"({"alg":"HS256"})", {}), Refusal::wrong_algorithm});
}

void add_keys(Rows& rows) {
  const Mint& m = mint();
  rows.push_back({"kid of another key", m.headed(R"({"alg":"ES256","kid":"ec-2"})"), Refusal::bad_signature});
  rows.push_back(
      {"kid of a key of another kind", m.headed(R"({"alg":"ES256","kid":"rsa"})"), Refusal::wrong_algorithm});
  rows.push_back({"RS256 by an EC key", m.headed(R"({"alg":"RS256","kid":"ec"})"), Refusal::wrong_algorithm});
  rows.push_back({"RS256 said, ES256 signed", m.headed(R"({"alg":"RS256","kid":"rsa"})"), Refusal::bad_signature});
  rows.push_back({"ES384 by a P-256 key", m.headed(R"({"alg":"ES384","kid":"ec"})"), Refusal::wrong_algorithm});
  rows.push_back({"EdDSA by a P-256 key", m.headed(R"({"alg":"EdDSA","kid":"ec"})"), Refusal::wrong_algorithm});
  const std::string p384 = compact(R"({"alg":"ES256","kid":"ec-384"})", claims());
  rows.push_back({"ES256 by a P-384 key", with_signature(p384, ecdsa(m.p384, p384)), Refusal::wrong_algorithm});
  const std::string unnamed = compact(R"({"alg":"ES256"})", claims());
  rows.push_back(
      {"ES256 by a P-384 key, no kid", with_signature(unnamed, ecdsa(m.p384, unnamed)), Refusal::bad_signature});
  const std::string published = compact(R"({"alg":"PS256","kid":"rsa-rs256"})", claims());
  rows.push_back({"PS256 by a key published for RS256", with_signature(published, pss(m.rsa, published)),
                  Refusal::wrong_algorithm});
  const SigningKey stranger = SigningKey::ec("P-256");
  rows.push_back({"a stranger's key", with_signature(unnamed, ecdsa(stranger, unnamed)), Refusal::bad_signature});
  const SigningKey ed448 = SigningKey::edwards("ED448");
  const std::string ed = compact(R"({"alg":"EdDSA","kid":"ed"})", claims());
  rows.push_back({"EdDSA by an Ed448 key", with_signature(ed, eddsa(ed448, ed)), Refusal::bad_signature});
  const SigningKey weak = SigningKey::rsa(1024);
  const std::string rs = compact(R"({"alg":"RS256","kid":"rsa"})", claims());
  rows.push_back({"an RSA key of 1024 bits", with_signature(rs, pkcs1(weak, rs)), Refusal::bad_signature});
  for (const char* const kid : {"unknown", "EC", "ec ", " ec", "../ec", "./ec", "/dev/null", "ec\\u0000", "ec%00",
                                "ec' OR '1'='1", "https://attacker.example/jwks", "\\u0065c2", "*"}) {
    rows.push_back({"kid " + std::string(kid), m.headed(R"({"alg":"ES256","kid":")" + std::string(kid) + "\"}"),
                    Refusal::unknown_key});
  }
  rows.push_back({"kid of 256 bytes", m.headed(R"({"alg":"ES256","kid":")" + std::string(256, 'k') + "\"}"),
                  Refusal::unknown_key});
  rows.push_back(
      {"kid of 257 bytes", m.headed(R"({"alg":"ES256","kid":")" + std::string(257, 'k') + "\"}"), Refusal::malformed});
  for (const char* const kid : {"7", "[\"ec\"]", "{}"}) {
    rows.push_back({"kid that is " + std::string(kid), m.headed(R"({"alg":"ES256","kid":)" + std::string(kid) + "}"),
                    Refusal::malformed});
  }
}

void add_headers(Rows& rows) {
  const Mint& m = mint();
  const SigningKey own = SigningKey::ec("P-256");
  const std::string embedded = compact(R"({"alg":"ES256","jwk":)" + own.jwk() + "}", claims());
  rows.push_back(
      {"a key of its own in jwk", with_signature(embedded, ecdsa(own, embedded)), Refusal::forbidden_header});
  for (const char* const member :
       {R"("jwk":{})", R"("jku":"https://attacker.example/jwks")", R"("x5u":"https://attacker.example")",
        R"("x5c":["AAAA"])", R"("crit":["exp"])", R"("crit":[])", R"("crit":["b64"],"b64":false)", R"("b64":true)",
        R"("b64":false)", R"("zip":"DEF")"}) {
    rows.push_back(
        {member, m.headed(R"({"alg":"ES256","kid":"ec",)" + std::string(member) + "}"), Refusal::forbidden_header});
  }
  for (const char* const typ : {"dpop+jwt", "logout+jwt", "secevent+jwt", "id_token", "at+jwt ", "jwt+at", "JWE",
                                "application/dpop+jwt", "application/application/jwt", "text/at+jwt"}) {
    rows.push_back({"typ " + std::string(typ), m.headed(R"({"alg":"ES256","typ":")" + std::string(typ) + "\"}"),
                    Refusal::wrong_type});
  }
  for (const char* const typ : {"7", "[\"JWT\"]", "\"\"", R"("application/")"}) {
    rows.push_back({"typ that is " + std::string(typ), m.headed(R"({"alg":"ES256","typ":)" + std::string(typ) + "}"),
                    Refusal::malformed});
  }
  for (const char* const header :
       {"", "{", "[]", "null", "\"ES256\"", R"({"alg":"ES256"}x)", R"({"alg":"ES256"}{})", R"({"alg":"ES256",})",
        R"({"alg":"ES256","alg":"ES256"})", R"({"alg":"none","alg":"ES256"})", R"({"alg":"ES256","\u0061lg":"ES256"})",
        R"({"alg":"ES256","kid":"ec","kid":"ec"})", R"({"alg":"ES256","x":{"a":1,"a":2}})",
        "\xef\xbb\xbf{\"alg\":\"ES256\"}", "{\"alg\":\"ES256\",\"x\":\"\xff\"}", R"({"alg":"ES256","x":NaN})",
        R"({alg:"ES256"})", R"({"alg":"ES256"/**/})"}) {
    rows.push_back({"header " + std::string(header), m.headed(header), Refusal::malformed});
  }
}

void add_encodings(Rows& rows) {
  const std::string token = good();
  const std::string header = header_of(token), payload = payload_of(token), signature = signature_of(token);
  const std::pair<const char*, std::string> texts[] = {
      {"nothing", ""},
      {"dots alone", ".."},
      {"one part", header},
      {"two parts", signed_part_of(token)},
      {"four parts", token + ".AAAA"},
      {"an empty fourth part", token + "."},
      {"five parts, as JWE has", header + ".AAAA.AAAA.AAAA.AAAA"},
      {"no header", "." + payload + "." + signature},
      {"no payload", header + ".." + signature},
      {"space in front", " " + token},
      {"space behind", token + " "},
      {"line feed behind", token + "\n"},
      {"space in the payload", header + ". " + payload + "." + signature},
      {"Bearer in front", "Bearer " + token},
      {"padding behind the signature", token + "=="},
      {"a NUL behind", token + std::string(1, '\0')},
      {"a percent sign", token + "%3D"},
      {"a leftover bit in the signature", signed_part_of(token) + "." + with_leftover_bit(signature)},
      {"a dangling character", signed_part_of(token) + "." + signature + "AAA"},
      {"JSON serialization", R"({"payload":")" + payload + R"(","signatures":[]})"},
  };
  for (const auto& [name, text] : texts) rows.push_back({name, text, Refusal::malformed});
  rows.push_back({"padding behind the header", signed_as_is(header + "=", payload), Refusal::malformed});
  rows.push_back({"padding behind the payload", signed_as_is(header, payload + "="), Refusal::malformed});
  rows.push_back({"the other alphabet", signed_as_is(header, payload + "+/AA"), Refusal::malformed});
  rows.push_back({"a leftover bit in the payload",
                  signed_as_is(header, with_leftover_bit(base64url(claims_with_leftover()))), Refusal::malformed});
  rows.push_back({"a token as the payload", mint().es256(good()), Refusal::malformed});
  rows.push_back(
      {"12 KiB and a byte", token + std::string(max_token_size + 1 - token.size(), 'A'), Refusal::too_large});
  rows.push_back({"12 KiB of dots", std::string(max_token_size, '.'), Refusal::malformed});
}

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

void add_ecdsa_signatures(Rows& rows) {
  const Mint& m = mint();
  const std::string text = signed_part_of(good());
  const Bytes right = ecdsa(m.p256, text);
  const auto add = [&](const char* name, const Bytes& signature) {
    rows.push_back({name, with_signature(text, signature), Refusal::bad_signature});
  };
  const Bytes r(right.begin(), right.begin() + 32), s(right.begin() + 32, right.end());
  const Bytes zero(32), one = joined(Bytes(31), {1});
  add("no signature", {});
  add("ES256 in DER", ecdsa_der(m.p256, text));
  add("r and s zero", Bytes(64));
  add("r zero", joined(zero, s));
  add("s zero", joined(r, zero));
  add("r and s one", joined(one, one));
  add("r and s swapped", joined(s, r));
  add("63 bytes", Bytes(right.begin(), right.end() - 1));
  add("65 bytes", joined(right, {0}));
  add("65 bytes with a zero in front", joined({0}, right));
  add("r of 31 bytes", joined(Bytes(r.begin() + 1, r.end()), s));
  add("r and s of 48 bytes", joined(joined(Bytes(16), r), joined(Bytes(16), s)));
  add("one byte", {0x30});
  add("signed under another hash", ecdsa(m.p256, text, "SHA384"));
  add("ones alone", Bytes(64, 0xff));
  rows.push_back(
      {"another token's signature", text + "." + signature_of(with_claim("sub", R"("bob")")), Refusal::bad_signature});
  rows.push_back({"another token's payload",
                  header_of(good()) + "." + base64url(claims("sub", R"("bob")")) + "." + signature_of(good()),
                  Refusal::bad_signature});
}

void add_other_signatures(Rows& rows) {
  const Mint& m = mint();
  const std::string rs = compact(R"({"alg":"RS256","kid":"rsa"})", claims());
  Bytes rsa = pkcs1(m.rsa, rs);
  rsa.pop_back();
  rows.push_back({"RSA signature cut short", with_signature(rs, rsa), Refusal::bad_signature});
  rows.push_back({"RSA signature of zeros", with_signature(rs, Bytes(256)), Refusal::bad_signature});
  rows.push_back(
      {"RSA signature with zeros in front", with_signature(rs, joined({0}, pkcs1(m.rsa, rs))), Refusal::bad_signature});
  rows.push_back({"RS256 under SHA-1", with_signature(rs, pkcs1(m.rsa, rs, "SHA1")), Refusal::bad_signature});
  rows.push_back({"PS256 said to be RS256", with_signature(rs, pss(m.rsa, rs)), Refusal::bad_signature});
  const std::string ps = compact(R"({"alg":"PS256","kid":"rsa"})", claims());
  rows.push_back({"RS256 said to be PS256", with_signature(ps, pkcs1(m.rsa, ps)), Refusal::bad_signature});
  for (const int salt : {0, 20, 33, 222}) {
    rows.push_back({"PS256 with a salt of " + std::to_string(salt), with_signature(ps, pss(m.rsa, ps, salt)),
                    Refusal::bad_signature});
  }
  const std::string ed = compact(R"({"alg":"EdDSA","kid":"ed"})", claims());
  rows.push_back({"Ed25519 of zeros", with_signature(ed, Bytes(64)), Refusal::bad_signature});
  rows.push_back({"Ed25519 and a byte", with_signature(ed, joined(eddsa(m.ed25519, ed), {0})), Refusal::bad_signature});
}

void add_payloads(Rows& rows) {
  const std::string text = claims();
  const std::string open = text.substr(0, text.size() - 1);
  const std::pair<const char*, std::string> payloads[] = {
      {"no JSON", "alice"},
      {"an array", "[" + text + "]"},
      {"a string", "\"" + std::string(issuer_name) + "\""},
      {"null", "null"},
      {"behind a byte order mark", "\xef\xbb\xbf" + text},
      {"bytes behind it", text + "x"},
      {"a second object behind it", text + text},
      {"a NUL behind it", text + std::string(1, '\0')},
      {"a comma too much", open + ",}"},
      {"a comment", open + "/**/}"},
      {"not UTF-8", open + ",\"x\":\"\xff\"}"},
      {"half a surrogate pair", open + R"(,"x":"\ud800"})"},
      {"NaN", open + ",\"x\":NaN}"},
      {"exp twice", open + ",\"exp\":1700000300}"},
      {"iss twice", open + R"(,"iss":"https://id.example.org"})"},
      {"sub twice", open + R"(,"sub":"bob"})"},
      {"sub twice, once escaped", open + R"(,"s\u0075b":"bob"})"},
      {"a key twice further in", open + R"(,"x":{"y":[{"a":1,"a":1}]}})"},
      {"too deep", open + ",\"x\":" + std::string(16, '[') + std::string(16, ']') + "}"},
      {"far too deep", open + ",\"x\":" + std::string(1500, '[') + std::string(1500, ']') + "}"},
      {"cut off", open},
  };
  for (const auto& [name, payload] : payloads) {
    rows.push_back({"claims: " + std::string(name), mint().es256(payload), Refusal::malformed});
  }
}

void add_claims(Rows& rows) {
  const auto add = [&rows](const char* name, std::initializer_list<const char*> values, Refusal refusal) {
    for (const char* const value : values) {
      rows.push_back(
          {std::string(name) + " " + (*value != '\0' ? value : "missing"), with_claim(name, value), refusal});
    }
  };
  add("exp",
      {"", "null", R"("1700000300")", "-0.5", "1e300", "1e400", "99999999999999999999", "1700000300000", "-1", "true",
       "[1700000300]"},
      Refusal::wrong_claims);
  add("exp", {"0", "1699999940", "1600000000", "1.6e9", "1699999940.0", "1e-400"}, Refusal::expired);
  add("nbf", {"1700000061", "253402300799"}, Refusal::not_yet_valid);
  add("nbf", {"1700000060.5", "1.8e9"}, Refusal::not_yet_valid);
  add("nbf", {R"("0")", "1e400", "-1"}, Refusal::wrong_claims);
  add("iat", {"1700000061"}, Refusal::not_yet_valid);
  add("iat", {R"("1699999990")", "-1e3"}, Refusal::wrong_claims);
  add("aud", {"", "null", "7", "{}"}, Refusal::wrong_claims);
  add("aud",
      {"[]", R"([["tacit"]])", "[null]", "[7]", R"("")", R"("other")", R"(["other"])", R"("tacit2")", R"("taci")",
       R"("TACIT")"},
      Refusal::wrong_audience);
  add("iss", {"", "null", "7", R"(["https://id.example.org"])"}, Refusal::wrong_claims);
  add("iss",
      {R"("")", R"("https://id.example.com")", R"("https://id.example.org/")", R"("https://id.example.or")",
       R"("https://id.example.org.attacker.example")", R"("https://ID.example.org")", R"("http://id.example.org")",
       R"("https://id.example.org\u0000")"},
      Refusal::unknown_issuer);
  add("sub",
      {"", "null", R"("")", "7", R"(["alice"])", R"("a\u0000b")", R"("a\u000ab")", R"("a\u007fb")", R"("\u0085")"},
      Refusal::wrong_claims);
  rows.push_back({"sub of 256 bytes", with_claim("sub", '"' + std::string(256, 'x') + '"'), Refusal::wrong_claims});
  add("scope", {"7", "{}", "true"}, Refusal::wrong_claims);
}

Rows table() {
  Rows rows;
  add_algorithms(rows);
  add_keys(rows);
  add_headers(rows);
  add_encodings(rows);
  add_ecdsa_signatures(rows);
  add_other_signatures(rows);
  add_payloads(rows);
  add_claims(rows);
  return rows;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_tokens)

BOOST_AUTO_TEST_CASE(the_unchanged_token_is_accepted) {
  BOOST_TEST(verdict(mint().refusal(good())) == "accepted");
  BOOST_TEST(verdict(mint().refusal(mint().rs256(R"({"alg":"RS256","kid":"rsa"})", claims()))) == "accepted");
  BOOST_TEST(verdict(mint().refusal(signed_as_is(header_of(good()), base64url(claims_with_leftover())))) == "accepted");
}

BOOST_AUTO_TEST_CASE(each_hostile_token_is_refused_for_its_own_reason) {
  const Rows rows = table();
  BOOST_TEST(rows.size() > 200u);
  for (const Hostile& row : rows) {
    BOOST_TEST(verdict(mint().refusal(row.token)) == to_string(row.refusal), row.name);
  }
}

BOOST_AUTO_TEST_CASE(algorithms_that_the_issuer_does_not_allow_are_refused) {
  IssuerConfig only_rsa = issuer_config();
  only_rsa.algorithms = {SignatureAlgorithm::ps256};
  BOOST_TEST(verdict(mint().refusal(good(), only_rsa)) == "wrong_algorithm");
  const std::string rs = mint().rs256(R"({"alg":"RS256","kid":"rsa"})", claims());
  BOOST_TEST(verdict(mint().refusal(rs, only_rsa)) == "wrong_algorithm");
  BOOST_TEST(verdict(mint().refusal(rs)) == "accepted");
}

BOOST_AUTO_TEST_CASE(public_keys_are_no_secrets_even_if_hs256_is_allowed) {
  IssuerConfig careless = issuer_config();
  careless.algorithms.push_back(SignatureAlgorithm::hs256);
  const Mint& m = mint();
  for (const char* const header : {R"({"alg":"HS256","kid":"rsa"})", R"({"alg":"HS256"})"}) {
    for (const Bytes& secret : {m.rsa.der(), m.rsa.n()}) {
      BOOST_TEST(verdict(m.refusal(hs256(header, secret), careless)) != "accepted");
    }
    BOOST_TEST(verdict(m.refusal(hs256(header, as_bytes(m.rsa.pem())), careless)) != "accepted");
  }
}

BOOST_AUTO_TEST_CASE(no_single_character_of_a_token_can_be_changed) {
  const std::string token = good();
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (const char instead : {'A', '_', '.', '='}) {
      if (token[i] == instead) continue;
      std::string changed = token;
      changed[i] = instead;
      BOOST_TEST(mint().refusal(changed).has_value(), "character " << i);
    }
    BOOST_TEST(mint().refusal(token.substr(0, i)).has_value());
    std::string without = token;
    without.erase(i, 1);
    BOOST_TEST(mint().refusal(without).has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()
