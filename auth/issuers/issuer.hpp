// A trusted issuer at run time: its keys, fetched and refreshed in the background, and its word on opaque tokens.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "auth/issuers/load_issuers.hpp"
#include "auth/model/issuer_config.hpp"
#include "auth/model/refusal.hpp"
#include "auth/tokens/jwk.hpp"
#include "auth/tokens/jwt.hpp"
#include "crypto/published.hpp"

namespace tacit::auth {

/// What happens to an issuer in the background, for logs and metrics. Sentences hold no secrets.
struct IssuerEvents {
  virtual ~IssuerEvents() = default;
  /// A new key set is in use.
  virtual void keys_changed(std::string_view issuer, std::size_t keys) = 0;
  /// Keys of the set that is in use from now on were passed over. Told when they are others than before.
  virtual void keys_skipped(std::string_view issuer, const SkippedKeys& skipped) = 0;
  /// Keys could not be fetched, or were no good; the old ones go on. At most once a minute for each issuer.
  virtual void keys_failed(std::string_view issuer, std::string_view why) = 0;
  /// Introspection could not be asked. At most once a minute for each issuer.
  virtual void introspection_failed(std::string_view issuer, std::string_view why) = 0;
};

/// How an issuer's keys are had, for metrics.
struct KeyStatus {
  bool fetched = false;                                            ///< over the network, again and again
  std::optional<std::chrono::steady_clock::time_point> renewed{};  ///< when they were last found good
  std::uint64_t failures = 0;                                      ///< to fetch them, since the start
};

/// Thread-safe. What is awaited here resumes on the caller's executor; until then the execution context must live and
/// has work outstanding. Afterwards nothing of it is touched.
class Issuer {
 public:
  virtual ~Issuer() = default;
  virtual const IssuerConfig& config() const = 0;
  /// The keys in use; the published value is null while there are none that may be used (never fetched, or the last
  /// good set's refresh fell due keep_stale ago and has failed since).
  virtual const crypto::Published<KeySet>& keys() const = 0;
  virtual KeyStatus key_status() const = 0;
  /// For a token whose kid is unknown, or while there are no keys: fetches them if that was not done in the last 10 s,
  /// however many ask, waits for a fetch that is under way, and answers the keys then in use (null: none). At the
  /// latest a quarter of a second after fetch_timeout, with what there is.
  virtual boost::asio::awaitable<std::shared_ptr<const KeySet>> refreshed() = 0;
  /// Whether the keys in use are what the issuer published when it was last asked; false if that failed, or is under
  /// way: a token with an unknown kid then is not known to be bad. True after refreshed(), it was asked less than 10 s
  /// ago, or meanwhile. That has to do for refusing the token: asked about each, the issuer would be asked as often as
  /// whoever sends them likes, and if each were undecided, they could make it look as if it was down. Thread-safe.
  virtual bool keys_are_current() const = 0;
  /// What the issuer says of an opaque token. `token` has to live until it answers. Answers are shared and cached.
  /// issuer_unreachable if it cannot be asked; malformed if this issuer is not configured for introspection, or the
  /// token is empty; too_large if it is larger than max_token_size. As bounded in time as the above.
  virtual boost::asio::awaitable<boost::system::result<TokenGrant, Refusal>> introspect(std::string_view token) = 0;
};

/// In the order of the configuration.
using IssuerList = std::vector<Issuer*>;

/// All trusted issuers and the one thread that talks to them.
class Issuers {
 public:
  /// Starts the thread and returns at once: an issuer that is down holds nothing up. Reads key files here.
  /// `events` must outlive it; called on the thread.
  static boost::system::result<std::unique_ptr<Issuers>, IssuerConfigError> start(std::vector<IssuerConfig> configs,
                                                                                  IssuerEvents& events);
  /// As stop().
  virtual ~Issuers() = default;
  /// Ends the thread. Those who wait, and those who ask from then on, are answered issuer_unreachable, or with the keys
  /// that were known. Does not wait for issuers (nor for name servers). Thread-safe; again: nothing.
  virtual void stop() = 0;
  /// Those that are trusted now. An issuer that is not any more lives on as long as this, though it is asked nothing.
  IssuerList all() const { return *list().get(); }
  /// The same, for who follows its changes; never null.
  virtual const crypto::Published<IssuerList>& list() const = 0;
  /// Trusts these from now on: who is new is begun with, who is gone is asked no more, and who is configured otherwise
  /// begins anew, without its keys. The others go on as they are. With an error nothing has changed. Not after stop();
  /// on one thread.
  virtual boost::system::result<void, IssuerConfigError> reconfigure(std::vector<IssuerConfig> configs) = 0;
  /// Asks every issuer anew (key files too) whenever it comes to it. Thread-safe.
  virtual void refresh() = 0;
};

}  // namespace tacit::auth
