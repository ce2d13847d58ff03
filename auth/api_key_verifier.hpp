// Whether an API key is good, and who it speaks for.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

#include "auth/principal.hpp"
#include "store/store.hpp"

namespace tacit::auth {

/// Why a credential was refused. For logs and the audit alone: whoever presented it gets the same answer for all of
/// them.
enum class Refusal : std::uint8_t {
  malformed,     ///< it has not the form of an API key, or its checksum is off
  unknown,       ///< no key has that id
  wrong_secret,  ///< the id is known, the secret is another
  expired,
  revoked,
  altered,      ///< what is stored of the key failed its integrity check: no word on the credential
  unavailable,  ///< the store could not be read: likewise; to be tried again
};

/// The refusal in a word.
const char* to_string(Refusal refusal);

/// Checks presented API keys against the stored ones. Thread-safe; the store must outlive it.
class ApiKeyVerifier {
 public:
  explicit ApiKeyVerifier(const store::Store& keys) : keys_(keys) {}

  /// Who the key speaks for at `now`. Compares in constant time, and does the same work for an unknown id as for a
  /// wrong secret. Expiry and revocation are told only of a key whose secret was right.
  boost::system::result<Principal, Refusal> verify(std::string_view presented_key,
                                                   std::chrono::system_clock::time_point now) const;

 private:
  const store::Store& keys_;
};

/// The decision of ApiKeyVerifier without the look-up: `stored` is what the store has under the presented id.
boost::system::result<Principal, Refusal> judge_api_key(const store::ApiKey* stored, std::string_view presented_secret,
                                                        std::chrono::system_clock::time_point now);

}  // namespace tacit::auth
