#include "auth/tokens/jwk.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

#include "auth/tokens/json_document.hpp"
#include "auth/tokens/jwk_reader.hpp"
#include "crypto/files/text_file.hpp"
#include "crypto/text/base64.hpp"

namespace tacit::auth {
namespace {

namespace json = boost::json;
using boost::system::result;
using crypto::as_bytes;
using crypto::Digest;
using crypto::SignatureAlgorithm;
using crypto::SignatureKey;

Digest secret_thumbprint(crypto::ByteView secret) {
  const crypto::WipedBytes k = crypto::base64url_encode(secret);
  return crypto::sha256({as_bytes(R"({"k":")"), k.view(), as_bytes(R"(","kty":"oct"})")});
}

bool is_same(const VerificationKey& a, const VerificationKey& b) {
  return a.kid == b.kid && a.algorithm == b.algorithm && a.thumbprint == b.thumbprint;
}

// Describes text that is not JSON.
std::string describe_no_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "it is empty";
  text.remove_prefix(first);
  if (text.starts_with("-----BEGIN")) return "it is PEM, not a JWK set (JSON): give the issuer's JWK set";
  if (text.starts_with("ssh-") || text.starts_with("ecdsa-")) return "it is an SSH key, not a JWK set (JSON)";
  if (text.starts_with('<')) return "it is HTML or XML, not a JWK set (JSON)";
  if (text.starts_with("\x30\x82") || text.starts_with("\x30\x81")) return "it is DER, not a JWK set (JSON)";
  if (const auto encoding = crypto::find_encoding_fault(text)) return "it " + *encoding;
  return "it is not JSON (UTF-8, no more than " + std::to_string(json_document_depth) + " levels deep)";
}

// Describes a document without `keys`.
std::string describe_no_set(const json::value& document) {
  if (document.is_array()) return R"(it is a list, not an object: a JWK set is {"keys": [...]})";
  if (!document.is_object()) return R"(it is not an object: a JWK set is {"keys": [...]})";
  const json::object& object = document.get_object();
  const auto has = [&](std::string_view name) { return find_member(object, name) != nullptr; };
  if (has("keys")) return "its `keys` is not a list";
  if (has("kty")) return R"(it is one key, not a set: put it into {"keys": [...]})";
  if (has("jwks_uri")) return "it is the issuer's metadata: the JWK set is at its jwks_uri";
  const bool pem = std::ranges::any_of(object, [](const json::key_value_pair& member) {
    const auto text = text_of(&member.value());
    return text && text->starts_with("-----BEGIN");
  });
  if (pem) return "it has certificates or keys in PEM, not a JWK set: the issuer has that at another address";
  return "it has no list `keys`";
}

std::string describe_none_usable(const SkippedKeys& skipped) {
  std::string sentence = "none of its keys can verify signatures here";
  for (std::size_t i = 0; i < std::min<std::size_t>(skipped.named.size(), 3); ++i) {
    sentence += (i == 0 ? ": " : "; ") + skipped.named[i].text();
  }
  if (skipped.count > 3) sentence += "; and " + std::to_string(skipped.count - 3) + " more";
  return sentence;
}

// Reads the elements of `keys` in order.
class SetReader {
 public:
  void read(const json::value& element) {
    ++position_;
    auto key = read_jwk(element);
    if (key.has_error()) {
      leaked_ = leaked_ || key.error().leaked;
      return skip(element, std::move(key.error().why), key.error().expected);
    }
    const auto same = std::ranges::find_if(keys_, [&](const KeySet::Key& other) { return is_same(**key, *other); });
    if (same != keys_.end()) return skip(element, "it repeats an earlier key", true);
    if (keys_.size() >= KeySet::most_keys) {
      return skip(element, "there are " + std::to_string(KeySet::most_keys) + " usable keys before it", false);
    }
    keys_.push_back(std::move(*key));
  }

  result<KeySet, std::string> finish() {
    // An issuer that withdraws all its keys, or publishes only a private key, has no valid keys: not an error.
    const bool taken_back = position_ == 0 || leaked_;
    if (keys_.empty() && !taken_back) return describe_none_usable(skipped_);
    return KeySet(std::move(keys_), std::move(skipped_));
  }

 private:
  void skip(const json::value& element, std::string why, bool expected) {
    skipped_.add({position_, shown_kid(element), std::move(why), expected});
  }

  std::size_t position_ = 0;
  std::vector<KeySet::Key> keys_;
  SkippedKeys skipped_;
  bool leaked_ = false;
};

}  // namespace

std::string SkippedKey::text() const {
  return "key " + std::to_string(position) + (kid.empty() ? "" : " (kid " + kid + ")") + ": " + why;
}

void SkippedKeys::add(SkippedKey key) {
  ++count;
  if (named.size() < most_named) named.push_back(std::move(key));
}

std::vector<std::string> SkippedKeys::texts() const {
  std::vector<std::string> all;
  for (const SkippedKey& key : named) all.push_back(key.text());
  if (count > named.size()) all.push_back(std::to_string(count - named.size()) + " more keys");
  return all;
}

result<KeySet, std::string> KeySet::parse(std::string_view jwks) {
  if (jwks.size() > most_bytes) return "it is larger than " + std::to_string(most_bytes / 1024) + " KiB";
  const std::string_view text = crypto::without_byte_order_mark(jwks);
  const auto document = parse_json_parts(text, most_bytes);
  if (!document) return describe_no_json(text);
  const json::value* listed = document->is_object() ? find_member(document->get_object(), "keys") : nullptr;
  if (listed == nullptr || !listed->is_array()) return describe_no_set(*document);
  if (has_repeated_member(document->get_object())) return std::string("it has a duplicate member");
  SetReader reader;
  for (const json::value& element : listed->get_array()) reader.read(element);
  return reader.finish();
}

std::optional<KeySet> KeySet::of_secret(crypto::ByteView secret) {
  auto key = SignatureKey::hmac(secret);
  if (!key) return std::nullopt;
  return KeySet(
      {std::make_shared<VerificationKey>("", SignatureAlgorithm::hs256, secret_thumbprint(secret), std::move(*key))});
}

std::vector<KeySet::Key> KeySet::candidates(std::string_view kid, SignatureAlgorithm algorithm) const {
  std::vector<Key> found;
  // A shared secret has no published kid to compare with.
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
  return KeySet(std::move(keys), skipped_);
}

}  // namespace tacit::auth
