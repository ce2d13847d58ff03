// Authenticates a credential of any kind: an API key, a JWT of a trusted issuer, or an opaque access token, which its
// issuer introspects.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <vector>

#include "auth/api_keys/api_key_verifier.hpp"
#include "auth/credential.hpp"
#include "auth/issuers/issuer.hpp"
#include "auth/model/token_audience.hpp"
#include "auth/tokens/token_cache.hpp"
#include "crypto/memory/published.hpp"

namespace tacit::auth {

struct AuthenticatorOptions {
  std::size_t cached_tokens = 8192;  ///< per thread
  std::chrono::seconds cached_at_most{300};
};

/// Belongs to one thread. The store's API keys and the issuers must outlive it. Follows changes of the trusted issuers.
class Authenticator {
 public:
  using Clock = std::chrono::system_clock;
  using Verdict = boost::system::result<Principal, Refusal>;

  /// `issuers` may be null: then only API keys are accepted.
  Authenticator(const store::ApiKeys& api_keys, const Issuers* issuers, const AuthenticatorOptions& options);

  /// The verdict, if it needs neither a request to an issuer nor a wait for the store, which is the usual case; else
  /// std::nullopt: then call ask().
  /// `digest` is the credential_digest of the credential's text. A token for the other plane than `audience` is refused
  /// with wrong_audience. The scopes of an API key are the caller's to check.
  std::optional<Verdict> judge(const Credential& credential, const crypto::Digest& digest, TokenAudience audience,
                               Clock::time_point now);
  /// Whether ask() would ask an issuer about the credential, rather than the store.
  bool asks_issuer(const Credential& credential) const { return !is_for_store(credential); }
  /// The verdict, after a request to the issuer, or a read of the store, if needed. `credential`'s text must live until
  /// then.
  boost::asio::awaitable<Verdict> ask(Credential credential, crypto::Digest digest, TokenAudience audience);

 private:
  struct KnownIssuer {
    Issuer* issuer;
    crypto::Published<KeySet>::Reader keys;
  };

  std::optional<Verdict> judge_token(const Credential& credential, const crypto::Digest& digest, TokenAudience audience,
                                     Clock::time_point now);
  boost::asio::awaitable<Verdict> verify_with_newest(Issuer& issuer, const UnverifiedToken& token,
                                                     crypto::Digest digest, TokenAudience audience);
  boost::asio::awaitable<Verdict> introspect(Issuer& issuer, Credential credential, crypto::Digest digest,
                                             TokenAudience audience);
  KnownIssuer* issuer_of(std::string_view name, Credential::Kind header);
  KnownIssuer* introspecting(Credential::Kind header);
  Verdict verify(const UnverifiedToken& token, const IssuerConfig& issuer, const KeySet& keys,
                 const crypto::Digest& digest, TokenAudience audience, Clock::time_point now);

  void follow_issuers();
  /// Text that cannot be a token of any issuer is an API key or malformed.
  bool is_for_store(const Credential& credential) const;
  bool is_trusted(const IssuerConfig& issuer) const;

  ApiKeyVerifier api_keys_;
  std::optional<crypto::Published<IssuerList>::Reader> list_;  ///< std::nullopt: only API keys are accepted
  const IssuerList* followed_ = nullptr;                       ///< the list that issuers_ was made from
  std::vector<KnownIssuer> issuers_;
  TokenCache cache_;
};

}  // namespace tacit::auth
