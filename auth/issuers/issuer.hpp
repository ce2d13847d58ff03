// A trusted issuer at run time: its keys, fetched and refreshed in the background, and introspection of opaque tokens.
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
#include "crypto/memory/published.hpp"

namespace tacit::auth {

/// Background events of issuers, for logs and metrics. Sentences contain no secrets.
struct IssuerEvents {
  virtual ~IssuerEvents() = default;
  /// A new key set is in use.
  virtual void keys_changed(std::string_view issuer, std::size_t keys) = 0;
  /// Keys of the set now in use were skipped. Reported when the skipped keys have changed.
  virtual void keys_skipped(std::string_view issuer, const SkippedKeys& skipped) = 0;
  /// Keys could not be fetched or used; the old ones remain in use. At most once a minute per issuer.
  virtual void keys_failed(std::string_view issuer, std::string_view why) = 0;
  /// An introspection call failed. At most once a minute per issuer.
  virtual void introspection_failed(std::string_view issuer, std::string_view why) = 0;
};

/// The state of an issuer's keys, for metrics.
struct KeyStatus {
  bool fetched = false;                                            ///< fetched periodically over the network
  std::optional<std::chrono::steady_clock::time_point> renewed{};  ///< when the last good set was obtained
  std::uint64_t failures = 0;                                      ///< failed fetches since the start
};

/// For passing an answer between threads, beyond fetch_timeout.
inline constexpr std::chrono::milliseconds answer_grace{250};

/// Thread-safe. Awaited calls resume on the caller's executor; until then its execution context must live and has
/// outstanding work. The context is not accessed afterwards.
class Issuer {
 public:
  virtual ~Issuer() = default;
  virtual const IssuerConfig& config() const = 0;
  /// The keys in use. The published value is null while there are none (never fetched, or the refresh of the last good
  /// set has failed since it fell due keep_stale ago).
  virtual const crypto::Published<KeySet>& keys() const = 0;
  virtual KeyStatus key_status() const = 0;
  /// For a token with an unknown kid, or while there are no keys: starts a fetch unless one was requested in the last
  /// 10 s, waits for a fetch in progress, and returns the keys then in use (null: none). Returns the current keys at
  /// most answer_grace after fetch_timeout.
  virtual boost::asio::awaitable<std::shared_ptr<const KeySet>> refreshed() = 0;
  /// Whether the last fetch of keys succeeded and none is in progress; if false, a token with an unknown kid may be
  /// valid. True after refreshed() means that the keys are at most 10 s old, which suffices to refuse the token:
  /// fetching for every such token would let clients choose how often the issuer is asked, and leaving every such token
  /// undecided would let them make the issuer look unreachable. Thread-safe.
  virtual bool keys_are_current() const = 0;
  /// Introspects an opaque token. `token` must live until the answer. Answers are shared and cached.
  /// issuer_unreachable if the call fails; malformed if this issuer is not configured for introspection, or the token
  /// is empty; too_large if it exceeds max_token_size. Returns within the same time as refreshed().
  virtual boost::asio::awaitable<boost::system::result<TokenGrant, Refusal>> introspect(std::string_view token) = 0;
};

/// In the order of the configuration.
using IssuerList = std::vector<Issuer*>;

/// All trusted issuers and the one thread that talks to them.
class Issuers {
 public:
  /// Starts the thread and returns without waiting for any issuer. Reads key files on the caller's thread.
  /// `events` must outlive this object; it is called on the issuers' thread.
  static boost::system::result<std::unique_ptr<Issuers>, IssuerConfigError> start(std::vector<IssuerConfig> configs,
                                                                                  IssuerEvents& events);
  /// Like stop().
  virtual ~Issuers() = default;
  /// Ends the thread. Waiting and later calls are answered with issuer_unreachable or the keys already known. Does not
  /// wait for issuers or name servers. Thread-safe and idempotent.
  virtual void stop() = 0;
  /// The issuers trusted now. A removed issuer's object lives as long as this object, but makes no more requests.
  IssuerList all() const { return *list().get(); }
  /// The same list, for readers that follow its changes; never null.
  virtual const crypto::Published<IssuerList>& list() const = 0;
  /// Replaces the trusted issuers. New issuers are started, missing ones are stopped, and changed ones are restarted
  /// without keys; unchanged ones keep running. On error nothing changes. Must not be called after stop(); always call
  /// it on the same thread.
  virtual boost::system::result<void, IssuerConfigError> reconfigure(std::vector<IssuerConfig> configs) = 0;
  /// Makes the thread fetch every issuer's keys again, and reread key files, as soon as it can. Thread-safe.
  virtual void refresh() = 0;
};

}  // namespace tacit::auth
