// JSON Web Keys and sets of them (RFC 7517, RFC 7518 section 6, RFC 8037 section 2), as issuers publish them.
#pragma once

#include <boost/system/result.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/primitives/digest.hpp"
#include "crypto/signatures/signature.hpp"

namespace tacit::auth {

/// One key of an issuer, shared by the key sets that contain it. Thread-safe. It changes only by being prepared or
/// dropped.
struct VerificationKey {
  VerificationKey(std::string id, std::optional<crypto::SignatureAlgorithm> only, crypto::Digest print,
                  crypto::SignatureKey verifier)
      : kid(std::move(id)), algorithm(only), thumbprint(print), key(std::move(verifier)) {}

  std::string kid;                                      ///< empty if published without one
  std::optional<crypto::SignatureAlgorithm> algorithm;  ///< the key's `alg`, if any
  crypto::Digest thumbprint;                            ///< RFC 7638
  crypto::SignatureKey key;
  /// Set when the issuer no longer publishes the key, which invalidates the tokens that it verified. Allocated
  /// separately, so that a cached token does not keep the key in memory.
  std::shared_ptr<std::atomic<bool>> dropped = std::make_shared<std::atomic<bool>>(false);

  /// Whether a token may be verified with this key by that algorithm.
  bool takes(crypto::SignatureAlgorithm by) const { return key.fits(by) && (!algorithm || *algorithm == by); }
};

/// A skipped key of a set.
struct SkippedKey {
  std::size_t position = 0;  ///< in `keys`, from 1
  std::string kid;           ///< quoted, truncated, printable; empty if it has none
  std::string why;           ///< a clause that follows the key's name; contains no key material
  bool expected = false;     ///< not for verifying signatures, or a duplicate

  /// The key and the reason, as one clause.
  std::string text() const;
  bool operator==(const SkippedKey&) const = default;
};

/// The skipped keys: the first ones, and the total count.
struct SkippedKeys {
  static constexpr std::size_t most_named = 16;
  std::vector<SkippedKey> named;
  std::size_t count = 0;

  void add(SkippedKey key);
  /// A clause for each of the first ones, and one for the rest.
  std::vector<std::string> texts() const;
  bool operator==(const SkippedKeys&) const = default;
};

/// An immutable set of an issuer's keys, shared by threads.
class KeySet {
 public:
  using Key = std::shared_ptr<const VerificationKey>;
  static constexpr std::size_t most_keys = 64;
  static constexpr std::size_t most_bytes = 256 * 1024;  ///< of its text, from any source
  /// The limit of keys tried for one token, so that a token without a kid does not cost a verification per key.
  static constexpr std::size_t most_candidates = 8;
  /// The limit of prepared keys, which bounds the time and memory that an issuer with many keys takes.
  static constexpr std::size_t most_prepared = 8;

  KeySet() = default;
  explicit KeySet(std::vector<Key> keys, SkippedKeys skipped = {})
      : keys_(std::move(keys)), skipped_(std::move(skipped)) {}

  /// Parses a JWK set. Keys that are not for verifying signatures (`use`, `key_ops`), of unknown kinds or algorithms,
  /// or weak (RSA below 2048 bits, Ed25519 of small order) are skipped, as RFC 7517 section 5 requires; so are elements
  /// that are not keys, private and symmetric keys, which are compromised by being published, duplicates, and keys
  /// beyond most_keys. The error is a clause that says what the text is instead (not JSON, no `keys`, a duplicate
  /// member, too large, no usable key) and repeats only what SkippedKey contains. An empty list is not an error: the
  /// issuer has withdrawn all its keys.
  static boost::system::result<KeySet, std::string> parse(std::string_view jwks);

  /// The set of a secret shared with the issuer, for HS256. std::nullopt if it is shorter than 32 bytes.
  static std::optional<KeySet> of_secret(crypto::ByteView secret);

  /// The keys that may verify a token with that kid and algorithm, at most most_candidates: with a kid the keys that
  /// have it, else all keys that fit the algorithm. The kid is ignored for HS256.
  std::vector<Key> candidates(std::string_view kid, crypto::SignatureAlgorithm algorithm) const;
  bool has(std::string_view kid) const;
  const std::vector<Key>& keys() const { return keys_; }
  /// The skipped keys of the text.
  const SkippedKeys& skipped() const { return skipped_; }

  /// This set, with each key that `before` also has (same kid, algorithm and thumbprint) replaced by before's object,
  /// so that tokens which it verified stay valid. Marks before's other keys as dropped.
  KeySet succeed(const KeySet& before) const;

  /// The P-256 keys to prepare (crypto::SignatureKey::prepare) that are not prepared yet; together with the prepared
  /// keys at most most_prepared.
  std::vector<Key> to_prepare() const;

 private:
  std::vector<Key> keys_;
  SkippedKeys skipped_;
};

}  // namespace tacit::auth
