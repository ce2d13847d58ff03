// The configuration of one trusted token issuer.
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
#include "crypto/memory/wiped.hpp"
#include "crypto/signatures/signature.hpp"
#include "store/model/api_key.hpp"

namespace tacit::auth {

/// An optional secret that copies of a configuration share. Comparison is by content, in time that depends only on the
/// lengths.
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

/// One trusted issuer. Immutable after loading. auth/issuers/issuer_settings.cpp has the defaults of its settings.
struct IssuerConfig {
  enum class Keys : std::uint8_t { discovery, url, file, shared_secret, none };

  std::string issuer;                                  ///< `iss`, compared byte by byte
  Keys keys{};                                         ///< none: opaque tokens only
  std::string jwks_url;                                ///< Keys::url; https
  std::filesystem::path jwks_file;                     ///< Keys::file
  ConfiguredSecret shared_secret;                      ///< Keys::shared_secret: HS256, at least 32 bytes
  std::filesystem::path ca;                            ///< PEM; empty: the system's authorities
  std::vector<crypto::SignatureAlgorithm> algorithms;  ///< allowed; never empty

  std::vector<std::string> audiences;       ///< of tokens for the API plane; never empty
  std::vector<std::string> tool_audiences;  ///< of tokens for the tool plane; none of the others
  bool in_authorization = false;            ///< tokens of this issuer may come in `Authorization`
  bool in_token = false;                    ///< … in `token`
  std::string required_type;                ///< `typ` without `application/`, in lower case; empty: any access token's
  std::chrono::seconds leeway{};
  /// true: a user that is a UUID is that tenant; false: every user becomes a tenant of this issuer.
  bool uuid_users = false;
  std::string user_claim;   ///< the tenant: its value if a UUID, else the UUIDv5 of issuer and value
  std::string scope_claim;  ///< a string with spaces, or an array of strings
  std::multimap<std::string, store::Scope, std::less<>>
      scope_names;                                   ///< the claim's words → scopes; other words give none
  store::Scope default_scopes = store::Scope::none;  ///< of a token without that claim

  enum class Introspection : std::uint8_t { none, discovery, url };
  Introspection introspection = Introspection::none;  ///< opaque tokens: RFC 7662
  std::string introspection_url;                      ///< https
  bool client_tokens = false;                         ///< an answer without `sub` means a client's own token
  std::string client_id;
  ConfiguredSecret client_secret;
  std::chrono::seconds introspection_cache{};  ///< how long an answer is used at most
  std::chrono::seconds negative_cache{};       ///< … that a token is not active

  std::chrono::seconds refresh_least{};  ///< bounds of the key set's Cache-Control lifetime
  std::chrono::seconds refresh_most{};
  std::chrono::seconds keep_stale{};          ///< how long the last good set is used after a missed refresh
  std::chrono::milliseconds fetch_timeout{};  ///< of one whole request to the issuer

  /// Compares every setting; secrets by content. The contents of other named files are not compared.
  bool operator==(const IssuerConfig& other) const = default;

  /// Whether its keys are fetched over the network.
  bool fetches_keys() const { return keys == Keys::discovery || keys == Keys::url; }
  bool allows(crypto::SignatureAlgorithm algorithm) const {
    return std::ranges::find(algorithms, algorithm) != algorithms.end();
  }
};

}  // namespace tacit::auth
