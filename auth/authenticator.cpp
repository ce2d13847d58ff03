#include "auth/authenticator.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json/monotonic_resource.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "auth/api_keys/api_key_format.hpp"
#include "crypto/text/ascii.hpp"

namespace tacit::auth {
namespace {

namespace asio = boost::asio;

bool allowed_in(const IssuerConfig& issuer, Credential::Kind header) {
  return header == Credential::Kind::token ? issuer.in_token : issuer.in_authorization;
}

bool introspects(const IssuerConfig& issuer) { return issuer.introspection != IssuerConfig::Introspection::none; }

/// The characters of an access token (RFC 6750 section 2.1). Text with others is refused without introspection.
bool is_opaque_token(std::string_view text) {
  constexpr std::string_view marks = "-._~+/=";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return crypto::is_letter_or_digit(c) || marks.find(c) != marks.npos;
  });
}

/// Whether the issuer may have started to sign with a key that is not known yet. A token without a kid is tried with
/// every key, so bad_signature can mean an unknown key.
bool may_be_of_new_key(const UnverifiedToken& token, const Authenticator::Verdict& verdict) {
  if (!verdict.has_error()) return false;
  return verdict.error() == Refusal::unknown_key || (verdict.error() == Refusal::bad_signature && token.kid.empty());
}

Authenticator::Verdict verdict_of(const TokenGrant& grant, TokenAudience audience) {
  if (grant.audience != audience) return Refusal::wrong_audience;
  return grant.principal;
}

}  // namespace

Authenticator::Authenticator(const store::ApiKeys& api_keys, const Issuers* issuers,
                             const AuthenticatorOptions& options)
    : api_keys_(api_keys), cache_(issuers != nullptr ? options.cached_tokens : 0, options.cached_at_most) {
  if (issuers == nullptr) return;
  list_.emplace(issuers->list());
  follow_issuers();
}

/// Drops the cached tokens: they were verified for the previous issuers.
void Authenticator::follow_issuers() {
  if (!list_) return;
  const IssuerList* const newest = list_->get();
  if (newest == followed_) return;
  followed_ = newest;
  issuers_.clear();
  for (Issuer* const issuer : *newest) issuers_.push_back({issuer, crypto::Published<KeySet>::Reader(issuer->keys())});
  cache_.clear();
}

bool Authenticator::is_trusted(const IssuerConfig& issuer) const {
  return std::ranges::any_of(issuers_, [&](const KnownIssuer& known) { return &known.issuer->config() == &issuer; });
}

std::optional<Authenticator::Verdict> Authenticator::judge(const Credential& credential, const crypto::Digest& digest,
                                                           TokenAudience audience, Clock::time_point now) {
  follow_issuers();
  if (is_for_store(credential)) return api_keys_.judge(credential.text, digest, now);
  return judge_token(credential, digest, audience, now);
}

bool Authenticator::is_for_store(const Credential& credential) const {
  return issuers_.empty() || credential.kind == Credential::Kind::x_api_key || has_api_key_prefix(credential.text);
}

std::optional<Authenticator::Verdict> Authenticator::judge_token(const Credential& credential,
                                                                 const crypto::Digest& digest, TokenAudience audience,
                                                                 Clock::time_point now) {
  if (const VerifiedToken* const known = cache_.find(digest, now)) {
    if (!allowed_in(*known->issuer, credential.kind)) return Refusal::unknown_issuer;
    return verdict_of(known->grant, audience);
  }
  if (credential.text.size() > max_token_size) return Refusal::too_large;
  if (!looks_like_jwt(credential.text)) {
    if (introspecting(credential.kind) == nullptr || !is_opaque_token(credential.text)) return Refusal::malformed;
    return std::nullopt;
  }
  std::array<unsigned char, 4096> nearby;  // not initialised; enough for most tokens' claims
  boost::json::monotonic_resource memory(nearby.data(), nearby.size());
  const auto token = decode_jwt(credential.text, &memory);
  if (!token) return token.error();
  KnownIssuer* const known = issuer_of(token->issuer(), credential.kind);
  if (known == nullptr) return Refusal::unknown_issuer;
  const IssuerConfig& config = known->issuer->config();
  const KeySet* const keys = known->keys.get();
  if (config.keys == IssuerConfig::Keys::none || keys == nullptr) return std::nullopt;
  Verdict verdict = verify(*token, config, *keys, digest, audience, now);
  if (may_be_of_new_key(*token, verdict)) return std::nullopt;
  return verdict;
}

asio::awaitable<Authenticator::Verdict> Authenticator::ask(Credential credential, crypto::Digest digest,
                                                           TokenAudience audience) {
  follow_issuers();
  if (is_for_store(credential)) co_return co_await api_keys_.verify(credential.text, digest);
  if (!looks_like_jwt(credential.text)) {
    KnownIssuer* const known = introspecting(credential.kind);
    if (known == nullptr) co_return Refusal::malformed;
    co_return co_await introspect(*known->issuer, credential, digest, audience);
  }
  auto token = decode_jwt(credential.text);
  if (!token) co_return token.error();
  KnownIssuer* const known = issuer_of(token->issuer(), credential.kind);
  if (known == nullptr) co_return Refusal::unknown_issuer;
  Issuer& issuer = *known->issuer;  // `known` may be invalid after a co_await
  if (issuer.config().keys == IssuerConfig::Keys::none) {
    co_return co_await introspect(issuer, credential, digest, audience);
  }
  Verdict verdict = co_await verify_with_newest(issuer, *token, digest, audience);
  // The awaited fetch may have started before the issuer published the new key.
  if (may_be_of_new_key(*token, verdict)) verdict = co_await verify_with_newest(issuer, *token, digest, audience);
  const bool doubtful = may_be_of_new_key(*token, verdict) && !issuer.keys_are_current();
  if (doubtful) co_return Refusal::issuer_unreachable;
  co_return verdict;
}

asio::awaitable<Authenticator::Verdict> Authenticator::verify_with_newest(Issuer& issuer, const UnverifiedToken& token,
                                                                          crypto::Digest digest,
                                                                          TokenAudience audience) {
  const auto keys = co_await issuer.refreshed();
  if (keys == nullptr) co_return Refusal::issuer_unreachable;
  co_return verify(token, issuer.config(), *keys, digest, audience, Clock::now());
}

asio::awaitable<Authenticator::Verdict> Authenticator::introspect(Issuer& issuer, Credential credential,
                                                                  crypto::Digest digest, TokenAudience audience) {
  auto grant = co_await issuer.introspect(credential.text);
  if (!grant) co_return grant.error();
  Verdict verdict = verdict_of(*grant, audience);
  if (is_trusted(issuer.config())) {
    VerifiedToken verified{std::move(*grant), &issuer.config(), nullptr};
    cache_.keep(digest, std::move(verified), Clock::now());
  }
  co_return verdict;
}

Authenticator::KnownIssuer* Authenticator::issuer_of(std::string_view name, Credential::Kind header) {
  const auto found = std::ranges::find_if(issuers_, [&](const KnownIssuer& each) {
    return each.issuer->config().issuer == name && allowed_in(each.issuer->config(), header);
  });
  return found != issuers_.end() ? &*found : nullptr;
}

Authenticator::KnownIssuer* Authenticator::introspecting(Credential::Kind header) {
  const auto found = std::ranges::find_if(issuers_, [&](const KnownIssuer& each) {
    return introspects(each.issuer->config()) && allowed_in(each.issuer->config(), header);
  });
  return found != issuers_.end() ? &*found : nullptr;
}

Authenticator::Verdict Authenticator::verify(const UnverifiedToken& token, const IssuerConfig& issuer,
                                             const KeySet& keys, const crypto::Digest& digest, TokenAudience audience,
                                             Clock::time_point now) {
  auto key = verify_signature(token, issuer, keys);
  if (!key) return key.error();
  auto grant = judge_claims(token, issuer, now);
  if (!grant) return grant.error();
  Verdict verdict = verdict_of(*grant, audience);
  if (is_trusted(issuer)) cache_.keep(digest, VerifiedToken{std::move(*grant), &issuer, (*key)->dropped}, now);
  return verdict;
}

}  // namespace tacit::auth
