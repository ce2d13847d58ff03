#include "auth/jwk.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

#include "auth/algorithm_names.hpp"
#include "auth/json_document.hpp"
#include "auth/jws.hpp"
#include "crypto/base64.hpp"

namespace tacit::auth {
namespace {

namespace json = boost::json;
using boost::system::result;
using crypto::as_bytes;
using crypto::Digest;
using crypto::SignatureAlgorithm;
using crypto::SignatureKey;

// What a published key says of itself, as far as it matters here.
struct Parsed {
  SignatureKey key;
  Digest thumbprint;
};

// Nothing if it is not there or no string.
std::optional<std::string_view> text_of(const json::object& jwk, std::string_view name) {
  const json::value* member = jwk.if_contains({name.data(), name.size()});
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return std::string_view(member->get_string().data(), member->get_string().size());
}

// Private members of RSA, elliptic-curve and octet keys (RFC 7518 section 6, RFC 8037 section 2), and symmetric keys.
bool is_secret(const json::object& jwk) {
  constexpr std::string_view names[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
  const auto is_there = [&jwk](std::string_view name) { return jwk.contains({name.data(), name.size()}); };
  return std::ranges::any_of(names, is_there) || text_of(jwk, "kty") == "oct";
}

bool is_for_verifying(const json::object& jwk) {
  if (jwk.contains("use") && text_of(jwk, "use") != "sig") return false;
  const json::value* operations = jwk.if_contains("key_ops");
  if (operations == nullptr) return true;
  if (!operations->is_array()) return false;
  return std::ranges::any_of(operations->get_array(), [](const json::value& operation) {
    return operation.is_string() && operation.get_string() == "verify";
  });
}

// RFC 7638 section 3: the members that make up the key, in the order of their names, without white space. None of
// these texts needs an escape: they are base64url, or one of our own constants.
Digest rsa_thumbprint(std::string_view e, std::string_view n) {
  return crypto::sha256(
      {as_bytes(R"({"e":")"), as_bytes(e), as_bytes(R"(","kty":"RSA","n":")"), as_bytes(n), as_bytes(R"("})")});
}

Digest ec_thumbprint(std::string_view curve, std::string_view x, std::string_view y) {
  return crypto::sha256({as_bytes(R"({"crv":")"), as_bytes(curve), as_bytes(R"(","kty":"EC","x":")"), as_bytes(x),
                         as_bytes(R"(","y":")"), as_bytes(y), as_bytes(R"("})")});
}

Digest ed25519_thumbprint(std::string_view x) {
  return crypto::sha256({as_bytes(R"({"crv":"Ed25519","kty":"OKP","x":")"), as_bytes(x), as_bytes(R"("})")});
}

Digest secret_thumbprint(crypto::ByteView secret) {
  const crypto::WipedBytes k = crypto::base64url_encode(secret);
  return crypto::sha256({as_bytes(R"({"k":")"), k.view(), as_bytes(R"(","kty":"oct"})")});
}

std::optional<Parsed> parse_rsa(const json::object& jwk) {
  const auto n = text_of(jwk, "n"), e = text_of(jwk, "e");
  if (!n || !e) return std::nullopt;
  const auto modulus = crypto::base64url_decode(*n), exponent = crypto::base64url_decode(*e);
  if (!modulus || !exponent) return std::nullopt;
  auto key = SignatureKey::rsa(modulus->view(), exponent->view());
  if (!key) return std::nullopt;
  return Parsed{std::move(*key), rsa_thumbprint(*e, *n)};
}

std::optional<Parsed> parse_ec(const json::object& jwk) {
  const auto crv = text_of(jwk, "crv"), x = text_of(jwk, "x"), y = text_of(jwk, "y");
  if (!crv || !x || !y) return std::nullopt;
  const auto first = crypto::base64url_decode(*x), second = crypto::base64url_decode(*y);
  if (!first || !second) return std::nullopt;
  std::optional<SignatureKey> key;
  if (*crv == "P-256") key = SignatureKey::p256(first->view(), second->view());
  if (*crv == "P-384") key = SignatureKey::p384(first->view(), second->view());
  if (!key) return std::nullopt;
  return Parsed{std::move(*key), ec_thumbprint(*crv, *x, *y)};
}

std::optional<Parsed> parse_okp(const json::object& jwk) {
  const auto x = text_of(jwk, "x");
  if (!x || text_of(jwk, "crv") != "Ed25519") return std::nullopt;
  const auto bytes = crypto::base64url_decode(*x);
  if (!bytes) return std::nullopt;
  auto key = SignatureKey::ed25519(bytes->view());
  if (!key) return std::nullopt;
  return Parsed{std::move(*key), ed25519_thumbprint(*x)};
}

std::optional<Parsed> parse_material(const json::object& jwk) {
  const auto kty = text_of(jwk, "kty");
  if (kty == "RSA") return parse_rsa(jwk);
  if (kty == "EC") return parse_ec(jwk);
  if (kty == "OKP") return parse_okp(jwk);
  return std::nullopt;
}

// Null for a key that is to be passed over.
KeySet::Key parse_key(const json::object& jwk) {
  if (!is_for_verifying(jwk)) return nullptr;
  std::string kid;
  if (jwk.contains("kid")) {
    const auto text = text_of(jwk, "kid");
    if (!text || text->size() > max_kid_size) return nullptr;
    kid = *text;
  }
  std::optional<SignatureAlgorithm> algorithm;
  if (jwk.contains("alg")) {
    algorithm = algorithm_of(text_of(jwk, "alg").value_or(""));
    if (!algorithm) return nullptr;
  }
  auto parsed = parse_material(jwk);
  if (!parsed || (algorithm && !parsed->key.fits(*algorithm))) return nullptr;
  return std::make_shared<VerificationKey>(std::move(kid), algorithm, parsed->thumbprint, std::move(parsed->key));
}

bool is_same(const VerificationKey& a, const VerificationKey& b) {
  return a.kid == b.kid && a.algorithm == b.algorithm && a.thumbprint == b.thumbprint;
}

}  // namespace

result<KeySet, std::string> KeySet::parse(std::string_view jwks) {
  const auto document = parse_json_document(jwks, most_bytes);
  if (!document || !document->is_object()) {
    return "it is no JSON object of at most " + std::to_string(most_bytes / 1024) +
           " KiB without a key twice in an object";
  }
  const json::value* listed = document->get_object().if_contains("keys");
  if (listed == nullptr || !listed->is_array()) return std::string("it has no array `keys`");
  if (listed->get_array().size() > most_keys) return std::string("it has more than 64 keys");
  std::vector<Key> keys;
  bool leaked = false;
  for (const json::value& element : listed->get_array()) {
    if (!element.is_object()) return std::string("one of its keys is no object");
    leaked = leaked || is_secret(element.get_object());
    Key key = is_secret(element.get_object()) ? nullptr : parse_key(element.get_object());
    const auto same = [&key](const Key& other) { return is_same(*key, *other); };
    if (key && std::ranges::none_of(keys, same)) keys.push_back(std::move(key));
  }
  // An issuer that takes back all its keys, or whose only key everybody knows now, means it.
  const bool taken_back = listed->get_array().empty() || leaked;
  if (keys.empty() && !taken_back) return std::string("none of its keys can verify signatures here");
  return KeySet(std::move(keys));
}

std::optional<KeySet> KeySet::of_secret(crypto::ByteView secret) {
  auto key = SignatureKey::hmac(secret);
  if (!key) return std::nullopt;
  return KeySet(
      {std::make_shared<VerificationKey>("", SignatureAlgorithm::hs256, secret_thumbprint(secret), std::move(*key))});
}

std::vector<KeySet::Key> KeySet::candidates(std::string_view kid, SignatureAlgorithm algorithm) const {
  std::vector<Key> found;
  // A shared secret has no published id that a token's could be compared with.
  const bool any = kid.empty() || algorithm == SignatureAlgorithm::hs256;
  for (const Key& key : keys_) {
    if ((any || key->kid == kid) && key->takes(algorithm)) found.push_back(key);
    if (found.size() == most_candidates) break;
  }
  return found;
}

bool KeySet::has(std::string_view kid) const {
  return std::ranges::any_of(keys_, [kid](const Key& key) { return key->kid == kid; });
}

std::vector<KeySet::Key> KeySet::to_prepare() const {
  const auto prepared = std::ranges::count_if(keys_, [](const Key& key) { return key->key.is_prepared(); });
  std::vector<Key> found;
  for (const Key& key : keys_) {
    if (found.size() + static_cast<std::size_t>(prepared) >= most_prepared) break;
    if (key->takes(SignatureAlgorithm::es256) && !key->key.is_prepared()) found.push_back(key);
  }
  return found;
}

KeySet KeySet::succeed(const KeySet& before) const {
  std::vector<Key> keys = keys_;
  for (const Key& old : before.keys_) {
    const auto match = std::ranges::find_if(keys, [&old](const Key& key) { return is_same(*key, *old); });
    if (match == keys.end()) {
      old->dropped->store(true, std::memory_order_release);
    } else {
      *match = old;
    }
  }
  return KeySet(std::move(keys));
}

}  // namespace tacit::auth
