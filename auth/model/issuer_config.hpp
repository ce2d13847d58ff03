// One trusted issuer of tokens, as an operator describes it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/model/refusal.hpp"
#include "crypto/signature.hpp"
#include "crypto/wiped.hpp"
#include "store/model/api_key.hpp"

namespace tacit::auth {

/// A secret of a configuration and of its copies, or none. Two are equal if they have the same bytes, which is told in
/// time that depends on the lengths only.
class ConfiguredSecret {
 public:
  ConfiguredSecret() = default;
  ConfiguredSecret(std::shared_ptr<const crypto::WipedBytes> bytes) : bytes_(std::move(bytes)) {}

  const crypto::WipedBytes* operator->() const { return bytes_.get(); }
  explicit operator bool() const { return bytes_ != nullptr; }
  friend bool operator==(const ConfiguredSecret& secret, std::nullptr_t) { return secret.bytes_ == nullptr; }
  friend bool operator==(const ConfiguredSecret& a, const ConfiguredSecret& b) {
    if (a == nullptr || b == nullptr) return a.bytes_ == b.bytes_;
    return crypto::equal_constant_time(a->view(), b->view());
  }

 private:
  std::shared_ptr<const crypto::WipedBytes> bytes_;
};

/// One trusted issuer. Immutable after loading.
struct IssuerConfig {
  enum class Keys : std::uint8_t { discovery, url, file, shared_secret, none };

  std::string issuer;                                  ///< `iss`, compared byte by byte
  Keys keys = Keys::discovery;                         ///< none: opaque tokens only
  std::string jwks_url;                                ///< Keys::url; https
  std::filesystem::path jwks_file;                     ///< Keys::file
  ConfiguredSecret shared_secret;                      ///< Keys::shared_secret: HS256, at least 32 bytes
  std::filesystem::path ca;                            ///< PEM; empty: the system's authorities
  std::vector<crypto::SignatureAlgorithm> algorithms;  ///< allowed; never empty

  std::vector<std::string> audiences;  ///< never empty
  bool in_authorization = true;        ///< tokens of this issuer may come in `Authorization`
  bool in_token = false;               ///< … in `token`
  std::string required_type;           ///< `typ` without `application/`, in lower case; empty: any of an access token
  std::chrono::seconds leeway{60};
  bool uuid_users = true;  ///< a user that is a UUID is that tenant; else every user is one of this issuer's own
  std::string user_claim = "sub";     ///< the tenant: as it is if a UUID, else UUIDv5 of issuer and this
  std::string scope_claim = "scope";  ///< a string with spaces, or an array of strings
  std::multimap<std::string, store::Scope, std::less<>>
      scope_names;                                   ///< the claim's words → scopes; others mean nothing
  store::Scope default_scopes = store::Scope::none;  ///< of a token that has no such claim

  enum class Introspection : std::uint8_t { none, discovery, url };
  Introspection introspection = Introspection::none;  ///< opaque tokens: RFC 7662
  std::string introspection_url;                      ///< https
  bool client_tokens = false;  ///< take answers without `sub` as tokens that a client got for itself
  std::string client_id;
  ConfiguredSecret client_secret;
  std::chrono::seconds introspection_cache{30};  ///< how long an answer is believed at most
  std::chrono::seconds negative_cache{5};        ///< … that a token is not active

  std::chrono::seconds refresh_least{60};  ///< bounds of what Cache-Control says of the key set
  std::chrono::seconds refresh_most{3600};
  std::chrono::seconds keep_stale{24 * 3600};  ///< how long the last good set serves on from the first refresh missed
  std::chrono::milliseconds fetch_timeout{5000};  ///< of one request to the issuer, all of it

  /// Whether every setting is the same, secrets by their contents. What is in other files that it names does not count.
  bool operator==(const IssuerConfig& other) const = default;

  bool allows(crypto::SignatureAlgorithm algorithm) const {
    return std::ranges::find(algorithms, algorithm) != algorithms.end();
  }
};

}  // namespace tacit::auth
