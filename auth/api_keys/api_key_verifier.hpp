// Verifies an API key and determines its principal.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "auth/model/principal.hpp"
#include "auth/model/refusal.hpp"
#include "store/api_keys/api_keys.hpp"

namespace tacit::auth {

/// Checks presented API keys against the stored ones. Thread-safe; `api_keys` must outlive it.
class ApiKeyVerifier {
 public:
  using Verdict = boost::system::result<Principal, Refusal>;

  explicit ApiKeyVerifier(const store::ApiKeys& api_keys) : api_keys_(api_keys) {}

  /// The key's principal at `now`. `digest` is the credential_digest of the key. Compares in constant time and does the
  /// same work for an unknown id as for a wrong secret. Reports expiry and revocation only if the secret is right.
  /// std::nullopt: the store has to be waited for; then call `verify`.
  std::optional<Verdict> judge(std::string_view presented, const crypto::Digest& digest,
                               std::chrono::system_clock::time_point now) const;
  /// The same after a read of the store, as of then. `presented` must live until then.
  boost::asio::awaitable<Verdict> verify(std::string_view presented, crypto::Digest digest) const;

 private:
  const store::ApiKeys& api_keys_;
};

/// ApiKeyVerifier's decision without the look-up: `stored` is the stored key with the presented id, or null;
/// `presented_hash` is the SHA-256 of the presented secret part.
boost::system::result<Principal, Refusal> judge_api_key(const store::ApiKey* stored,
                                                        const crypto::Digest& presented_hash,
                                                        std::chrono::system_clock::time_point now);

}  // namespace tacit::auth
