// JSON Web Keys and sets of them (RFC 7517, RFC 7518 section 6, RFC 8037 section 2), as issuers publish them.
#pragma once

#include <boost/system/result.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "crypto/signature.hpp"

namespace tacit::auth {

/// One key of an issuer, shared by the key sets that have it. Any thread may use it; it only gets quicker, and dropped.
struct VerificationKey {
  VerificationKey(std::string id, std::optional<crypto::SignatureAlgorithm> only, crypto::Digest print,
                  crypto::SignatureKey verifier)
      : kid(std::move(id)), algorithm(only), thumbprint(print), key(std::move(verifier)) {}

  std::string kid;                                      ///< empty if it was published without
  std::optional<crypto::SignatureAlgorithm> algorithm;  ///< the one it was published for, if any
  crypto::Digest thumbprint;                            ///< RFC 7638
  crypto::SignatureKey key;
  /// Set once the issuer no longer publishes it: what it verified is void. A piece of its own, so that a verified token
  /// that is remembered does not keep the key.
  std::shared_ptr<std::atomic<bool>> dropped = std::make_shared<std::atomic<bool>>(false);

  /// Whether a token may be verified with this key by that algorithm.
  bool takes(crypto::SignatureAlgorithm by) const { return key.fits(by) && (!algorithm || *algorithm == by); }
};

/// A key of a set that was passed over.
struct SkippedKey {
  std::size_t position = 0;  ///< in `keys`, from 1
  std::string kid;           ///< in quotes, cut short, without control characters; empty if it has none
  std::string why;           ///< the rest of a sentence that begins with the key; holds nothing of the key itself
  bool expected = false;     ///< it is for something else than verifying signatures, or there twice

  /// The key and why, as one clause.
  std::string text() const;
  bool operator==(const SkippedKey&) const = default;
};

/// The keys that were passed over: the first ones, and how many there are in all.
struct SkippedKeys {
  static constexpr std::size_t most_named = 16;
  std::vector<SkippedKey> named;
  std::size_t count = 0;

  void add(SkippedKey key);
  /// A clause for each of the first ones, and one for the others.
  std::vector<std::string> texts() const;
  bool operator==(const SkippedKeys&) const = default;
};

/// An issuer's keys at one time. Always the same ones, so threads share it.
class KeySet {
 public:
  using Key = std::shared_ptr<const VerificationKey>;
  static constexpr std::size_t most_keys = 64;
  static constexpr std::size_t most_bytes = 256 * 1024;  ///< of its text, wherever it comes from
  /// Keys tried for one token, so that a token without a kid does not cost a verification for every key.
  static constexpr std::size_t most_candidates = 8;
  /// Keys that are prepared at one time, so that an issuer with many of them takes a bounded time and memory.
  static constexpr std::size_t most_prepared = 8;

  KeySet() = default;
  explicit KeySet(std::vector<Key> keys, SkippedKeys skipped = {})
      : keys_(std::move(keys)), skipped_(std::move(skipped)) {}

  /// Reads a JWK set. Keys that are not for verifying signatures (`use`, `key_ops`), of kinds or algorithms that are
  /// not known here, or weak (RSA below 2048 bits, Ed25519 of small order), are passed over, as RFC 7517 section 5
  /// asks; so is what is no key at all, a private or symmetric one, which everybody knows now, one that is there twice,
  /// and each beyond most_keys. The error is a clause that names what the text is instead, and of its words repeats
  /// those alone that SkippedKey has: no JSON, no `keys`, a member twice, too much, or keys of which none is usable. An
  /// empty list is no error: the issuer trusts none of its keys any more.
  static boost::system::result<KeySet, std::string> parse(std::string_view jwks);

  /// The set of a secret shared with the issuer, for HS256. Nothing if it is shorter than 32 bytes.
  static std::optional<KeySet> of_secret(crypto::ByteView secret);

  /// The keys that a token of that kid and algorithm may have been signed with, at most most_candidates: with a kid
  /// those that have it, else all that take the algorithm. The kid does not matter for HS256.
  std::vector<Key> candidates(std::string_view kid, crypto::SignatureAlgorithm algorithm) const;
  bool has(std::string_view kid) const;
  const std::vector<Key>& keys() const { return keys_; }
  /// What the text had beside them.
  const SkippedKeys& skipped() const { return skipped_; }

  /// This set with each key that `before` has too (kid, algorithm and thumbprint) replaced by before's own object, so
  /// that what it verified stays valid; marks before's other keys as dropped.
  KeySet succeed(const KeySet& before) const;

  /// The P-256 keys that are worth preparing (crypto::SignatureKey::prepare) and are not yet: as many as most_prepared
  /// leaves room for beside those that are.
  std::vector<Key> to_prepare() const;

 private:
  std::vector<Key> keys_;
  SkippedKeys skipped_;
};

}  // namespace tacit::auth
