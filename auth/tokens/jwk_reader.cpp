#include "auth/tokens/jwk_reader.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "auth/tokens/algorithm_names.hpp"
#include "auth/tokens/json_document.hpp"
#include "auth/tokens/jws.hpp"
#include "crypto/signatures/signature_limits.hpp"
#include "crypto/text/base64.hpp"

namespace tacit::auth {
namespace {

namespace json = boost::json;
using boost::system::result;
using crypto::as_bytes;
using crypto::Bytes;
using crypto::ByteView;
using crypto::Digest;
using crypto::SignatureAlgorithm;
using crypto::SignatureKey;

constexpr std::size_t most_shown = 64;

UnusableKey unusable(std::string why) { return {std::move(why)}; }
UnusableKey for_something_else(std::string why) { return {std::move(why), true}; }

// The key and its RFC 7638 thumbprint.
struct Material {
  SignatureKey key;
  Digest thumbprint;
};
using MaterialResult = result<Material, UnusableKey>;

result<std::string_view, UnusableKey> needed_text(const json::object& jwk, std::string_view name) {
  const json::value* member = find_member(jwk, name);
  if (member == nullptr) return unusable("it has no " + std::string(name));
  const auto text = text_of(member);
  if (!text) return unusable("its " + std::string(name) + " is not a string");
  return *text;
}

// base64url without padding (RFC 7518 section 2), or the same in base64 or with padding.
result<Bytes, UnusableKey> needed_bytes(const json::object& jwk, std::string_view name) {
  const auto text = needed_text(jwk, name);
  if (!text) return text.error();
  std::string url(*text);
  if (url.size() % 4 == 0) {
    for (int i = 0; i < 2 && url.ends_with('='); ++i) url.pop_back();
  }
  std::ranges::replace(url, '+', '-');
  std::ranges::replace(url, '/', '_');
  const auto bytes = crypto::base64url_decode(url);
  if (!bytes || bytes->empty()) return unusable("its " + std::string(name) + " is not base64url");
  return Bytes(bytes->view().begin(), bytes->view().end());
}

// The canonical form of an unsigned big-endian number: without leading zeros.
ByteView without_leading_zeros(ByteView number) {
  while (number.size() > 1 && number.front() == 0) number = number.subspan(1);
  return number;
}

std::string encoded(ByteView bytes) { return std::string(crypto::base64url_encode(bytes).text()); }

// RFC 7638 section 3: the members that make up the key, in the order of their names, without white space. None of the
// texts needs escaping: they are base64url or constants of this file.
Digest thumbprint_of(const std::string& members) { return crypto::sha256(as_bytes("{" + members + "}")); }

MaterialResult read_rsa(const json::object& jwk) {
  const auto n = needed_bytes(jwk, "n");
  if (!n) return n.error();
  const auto e = needed_bytes(jwk, "e");
  if (!e) return e.error();
  const ByteView modulus = without_leading_zeros(*n);
  const ByteView exponent = without_leading_zeros(*e);
  const std::size_t bits = modulus.size() * 8 - static_cast<std::size_t>(std::countl_zero(modulus.front()));
  if (bits < crypto::least_rsa_bits || bits > crypto::most_rsa_bits) {
    return unusable("its n has " + std::to_string(bits) + " bits; RSA keys need " +
                    std::to_string(crypto::least_rsa_bits) + " to " + std::to_string(crypto::most_rsa_bits));
  }
  auto key = SignatureKey::rsa(modulus, exponent);
  if (!key) return unusable("its n and e are not a valid RSA key: both must be odd, and e from 3 to 4294967295");
  return Material{std::move(*key),
                  thumbprint_of(R"("e":")" + encoded(exponent) + R"(","kty":"RSA","n":")" + encoded(modulus) + "\"")};
}

// A coordinate padded to its full length (RFC 7518 section 6.2.1.2); longer if the number does not fit.
Bytes coordinate(ByteView number, std::size_t size) {
  if (number.size() > size) number = without_leading_zeros(number);
  Bytes full(number.begin(), number.end());
  if (full.size() < size) full.insert(full.begin(), size - full.size(), 0);
  return full;
}

struct Curve {
  std::string_view name;
  std::size_t size;  ///< bytes of a coordinate
  std::optional<SignatureKey> (*make)(ByteView x, ByteView y);
};
constexpr Curve curves[] = {
    {"P-256", 32, SignatureKey::p256}, {"P-384", 48, SignatureKey::p384}, {"P-521", 66, SignatureKey::p521}};

MaterialResult read_ec(const json::object& jwk) {
  const auto crv = needed_text(jwk, "crv");
  if (!crv) return crv.error();
  const auto* const curve = std::ranges::find(curves, *crv, &Curve::name);
  if (curve == std::end(curves)) return unusable("its crv " + shown_word(*crv) + " is not one of P-256, P-384, P-521");
  const auto first = needed_bytes(jwk, "x");
  if (!first) return first.error();
  const auto second = needed_bytes(jwk, "y");
  if (!second) return second.error();
  const Bytes x = coordinate(*first, curve->size);
  const Bytes y = coordinate(*second, curve->size);
  auto key = curve->make(x, y);
  if (!key) return unusable("its x and y are not a point on " + std::string(curve->name));
  return Material{std::move(*key), thumbprint_of(R"("crv":")" + std::string(curve->name) + R"(","kty":"EC","x":")" +
                                                 encoded(x) + R"(","y":")" + encoded(y) + "\"")};
}

MaterialResult read_okp(const json::object& jwk) {
  const auto crv = needed_text(jwk, "crv");
  if (!crv) return crv.error();
  if (*crv != "Ed25519") return unusable("its crv " + shown_word(*crv) + " is not Ed25519");
  const auto x = needed_bytes(jwk, "x");
  if (!x) return x.error();
  if (x->size() != 32) return unusable("its x has " + std::to_string(x->size()) + " bytes; Ed25519 keys have 32");
  auto key = SignatureKey::ed25519(*x);
  if (!key) return unusable("its x is not a valid Ed25519 key");
  return Material{std::move(*key), thumbprint_of(R"("crv":"Ed25519","kty":"OKP","x":")" + encoded(*x) + "\"")};
}

MaterialResult read_material(const json::object& jwk) {
  const auto kty = needed_text(jwk, "kty");
  if (!kty) return kty.error();
  if (*kty == "RSA") return read_rsa(jwk);
  if (*kty == "EC") return read_ec(jwk);
  if (*kty == "OKP") return read_okp(jwk);
  return unusable("its kty " + shown_word(*kty) + " is not one of RSA, EC, OKP");
}

// Private members of RSA, elliptic-curve and octet keys (RFC 7518 section 6, RFC 8037 section 2), and symmetric keys.
std::optional<UnusableKey> find_secret(const json::object& jwk) {
  constexpr std::string_view names[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
  for (const std::string_view name : names) {
    if (find_member(jwk, name) == nullptr) continue;
    return UnusableKey{"it has the private member " + std::string(name) + ", so it is compromised; replace it", false,
                       true};
  }
  if (text_of(find_member(jwk, "kty")) != "oct") return std::nullopt;
  return UnusableKey{"its kty is oct: a secret key does not belong in a published set", false, true};
}

std::optional<UnusableKey> find_other_use(const json::object& jwk) {
  if (const json::value* use = find_member(jwk, "use")) {
    const auto text = text_of(use);
    if (!text) return unusable("its use is not a string");
    if (*text == "enc") return for_something_else("its use is \"enc\": it is not for signatures");
    if (*text != "sig") return unusable("its use " + shown_word(*text) + " is not \"sig\"");
  }
  const json::value* operations = find_member(jwk, "key_ops");
  if (operations == nullptr || text_of(operations) == "verify") return std::nullopt;
  if (!operations->is_array()) return unusable("its key_ops is not a list");
  const bool verifies = std::ranges::any_of(
      operations->get_array(), [](const json::value& operation) { return text_of(&operation) == "verify"; });
  if (verifies) return std::nullopt;
  return for_something_else("its key_ops lack \"verify\": it is not for verifying signatures");
}

result<std::string, UnusableKey> read_kid(const json::object& jwk) {
  const json::value* member = find_member(jwk, "kid");
  if (member == nullptr) return {boost::system::in_place_value, std::string()};
  const auto kid = text_of(member);
  if (!kid) return unusable("its kid is not a string");
  if (kid->size() > max_kid_size) return unusable("its kid is longer than " + std::to_string(max_kid_size) + " bytes");
  return {boost::system::in_place_value, std::string(*kid)};
}

result<std::optional<SignatureAlgorithm>, UnusableKey> read_algorithm(const json::object& jwk) {
  const json::value* member = find_member(jwk, "alg");
  if (member == nullptr) return std::optional<SignatureAlgorithm>();
  const auto name = text_of(member);
  if (!name) return unusable("its alg is not a string");
  const auto algorithm = algorithm_of(*name);
  if (!algorithm) return unusable("its alg " + shown_word(*name) + " is not supported");
  return std::optional<SignatureAlgorithm>(algorithm);
}

std::string_view kind_of(const json::value& element) {
  if (element.is_null()) return "null";
  if (element.is_string()) return "a string";
  if (element.is_array()) return "a list";
  return element.is_bool() ? "a boolean" : "a number";
}

}  // namespace

result<KeySet::Key, UnusableKey> read_jwk(const json::value& element) {
  if (!element.is_object()) return unusable("it is " + std::string(kind_of(element)) + ", not an object");
  const json::object& jwk = element.get_object();
  if (has_repeated_member(jwk)) return unusable("it has a duplicate member");
  if (auto secret = find_secret(jwk)) return std::move(*secret);
  if (auto other = find_other_use(jwk)) return std::move(*other);
  auto kid = read_kid(jwk);
  if (!kid) return kid.error();
  const auto algorithm = read_algorithm(jwk);
  if (!algorithm) return algorithm.error();
  auto material = read_material(jwk);
  if (!material) return material.error();
  if (*algorithm && !material->key.fits(**algorithm)) {
    return unusable("its alg " + std::string(algorithm_name(**algorithm)) + " does not fit its kty and crv");
  }
  return KeySet::Key(
      std::make_shared<VerificationKey>(std::move(*kid), *algorithm, material->thumbprint, std::move(material->key)));
}

std::string shown_kid(const json::value& element) {
  if (!element.is_object()) return {};
  const auto kid = text_of(find_member(element.get_object(), "kid"));
  return kid ? shown_word(*kid) : std::string();
}

std::string shown_word(std::string_view word) {
  std::string shown(1, '"');
  for (const char c : word.substr(0, most_shown)) shown += c > ' ' && c <= '~' && c != '"' ? c : '?';
  shown += word.size() > most_shown ? "...\"" : "\"";
  return shown;
}

}  // namespace tacit::auth
