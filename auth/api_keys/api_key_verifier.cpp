#include "auth/api_keys/api_key_verifier.hpp"

#include "auth/api_keys/api_key_format.hpp"
#include "crypto/memory/wiped.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::auth {
namespace {

// Compared against if no key has the id, so that the work is the same. A match would still be refused.
constexpr crypto::Digest nobodys_hash{};

}  // namespace

boost::system::result<Principal, Refusal> judge_api_key(const store::ApiKey* stored,
                                                        const crypto::Digest& presented_hash,
                                                        std::chrono::system_clock::time_point now) {
  const bool matches =
      crypto::equal_constant_time(presented_hash, stored != nullptr ? stored->secret_hash : nobodys_hash);
  if (stored == nullptr) return Refusal::unknown;
  if (!matches) return Refusal::wrong_secret;
  if (stored->revoked_at) return Refusal::revoked;
  if (stored->expires_at && store::to_microseconds(now) >= *stored->expires_at) return Refusal::expired;
  return Principal{.tenant = stored->tenant,
                   .scopes = stored->scopes,
                   .actor = "api-key:" + stored->id,
                   .expires_at = stored->expires_at,
                   .api_key = stored->id};
}

boost::system::result<Principal, Refusal> ApiKeyVerifier::verify(std::string_view presented,
                                                                 const crypto::Digest& digest,
                                                                 std::chrono::system_clock::time_point now) const {
  const auto parsed = parse_api_key(presented);
  if (!parsed) return Refusal::malformed;
  const auto stored = api_keys_.find(parsed->id);
  if (stored) return judge_api_key(&*stored, digest, now);
  if (stored.error().code == store::Errc::integrity) return Refusal::altered;
  if (stored.error().code != store::Errc::not_found) return Refusal::unavailable;
  return judge_api_key(nullptr, digest, now);
}

}  // namespace tacit::auth
