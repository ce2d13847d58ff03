#include "auth/api_keys/api_key_verifier.hpp"

#include "auth/api_keys/api_key_format.hpp"
#include "crypto/memory/wiped.hpp"
#include "crypto/primitives/digest.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::auth {
namespace {

// Compared against if no key has the id, so that the work is the same. A match would still be refused.
constexpr crypto::Digest nobodys_hash{};

ApiKeyVerifier::Verdict judge_found(const store::Outcome<store::ApiKey>& stored, const crypto::Digest& digest,
                                    std::chrono::system_clock::time_point now) {
  if (stored) return judge_api_key(&*stored, digest, now);
  if (stored.error().code == store::Errc::integrity) return Refusal::altered;
  if (stored.error().code != store::Errc::not_found) return Refusal::unavailable;
  return judge_api_key(nullptr, digest, now);
}

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

std::optional<ApiKeyVerifier::Verdict> ApiKeyVerifier::judge(std::string_view presented, const crypto::Digest& digest,
                                                             std::chrono::system_clock::time_point now) const {
  const auto parsed = parse_api_key(presented);
  if (!parsed) return Refusal::malformed;
  const auto stored = api_keys_.find_at_once(parsed->id);
  if (!stored) return std::nullopt;
  return judge_found(*stored, digest, now);
}

boost::asio::awaitable<ApiKeyVerifier::Verdict> ApiKeyVerifier::verify(std::string_view presented,
                                                                       crypto::Digest digest) const {
  const auto parsed = parse_api_key(presented);
  if (!parsed) co_return Refusal::malformed;
  std::string id(parsed->id);
  const auto stored = co_await api_keys_.find(std::move(id));
  co_return judge_found(stored, digest, std::chrono::system_clock::now());
}

}  // namespace tacit::auth
