// Who a credential speaks for, whatever kind it is of: an API key, a JWT of a trusted issuer, or an opaque access token
// that its issuer is asked about.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <vector>

#include "auth/api_keys/api_key_verifier.hpp"
#include "auth/credential.hpp"
#include "auth/issuers/issuer.hpp"
#include "auth/tokens/token_cache.hpp"
#include "crypto/published.hpp"

namespace tacit::auth {

struct AuthenticatorOptions {
  std::size_t cached_tokens = 8192;  ///< of each thread
  std::chrono::seconds cached_at_most{300};
};

/// Belongs to one thread. The store's API keys and the issuers must outlive it. Follows who is trusted.
class Authenticator {
 public:
  using Clock = std::chrono::system_clock;
  using Verdict = boost::system::result<Principal, Refusal>;

  /// Without issuers (null) only API keys are good.
  Authenticator(const store::ApiKeys& api_keys, const Issuers* issuers, const AuthenticatorOptions& options);

  /// What can be said at once, which is nearly always all. Nothing if an issuer has to be asked first: then ask().
  /// `digest` is the credential_digest of its text.
  std::optional<Verdict> judge(const Credential& credential, const crypto::Digest& digest, Clock::time_point now);
  /// The same, asking the issuer. `credential`'s text has to live until it answers.
  boost::asio::awaitable<Verdict> ask(Credential credential, crypto::Digest digest);

 private:
  struct KnownIssuer {
    Issuer* issuer;
    crypto::Published<KeySet>::Reader keys;
  };

  std::optional<Verdict> judge_token(const Credential& credential, const crypto::Digest& digest, Clock::time_point now);
  boost::asio::awaitable<Verdict> verify_with_newest(Issuer& issuer, const UnverifiedToken& token,
                                                     crypto::Digest digest);
  boost::asio::awaitable<Verdict> introspect(Issuer& issuer, Credential credential, crypto::Digest digest);
  KnownIssuer* issuer_of(std::string_view name, Credential::Kind header);
  KnownIssuer* introspecting(Credential::Kind header);
  Verdict verify(const UnverifiedToken& token, const IssuerConfig& issuer, const KeySet& keys,
                 const crypto::Digest& digest, Clock::time_point now);

  void follow_issuers();
  bool is_trusted(const IssuerConfig& issuer) const;

  ApiKeyVerifier api_keys_;
  std::optional<crypto::Published<IssuerList>::Reader> list_;  ///< nothing: only API keys are good
  const IssuerList* followed_ = nullptr;                       ///< the list that issuers_ was made from
  std::vector<KnownIssuer> issuers_;
  TokenCache cache_;
};

}  // namespace tacit::auth
