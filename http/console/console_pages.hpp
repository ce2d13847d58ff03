// The pages for people, filled in for one configuration.
#pragma once

#include <string>
#include <string_view>

#include "http/console/console_assets.hpp"

namespace tacit::http {

struct ConsoleSettings {
  bool on = true;
  std::string issuer;         ///< https://…; empty: people sign in with API keys alone
  std::string client_id;      ///< of the console at that issuer
  std::string scope;          ///< to ask of it: words separated by spaces
  std::string resource;       ///< to ask a token for (RFC 8707): the API's public URL; empty: not asked
  bool token_header = false;  ///< the issuer's tokens come in the field `token`, not in `Authorization`

  friend bool operator==(const ConsoleSettings&, const ConsoleSettings&) = default;
};

/// Immutable.
class ConsolePages {
 public:
  /// Without a console: only the pages that remain without it.
  ConsolePages();
  explicit ConsolePages(const ConsoleSettings& settings);

  /// Whether there is a console. /docs and the start page are there without one.
  bool on() const { return settings_.on; }
  ConsoleAsset console() const { return asset_of(console_, console_hash_); }
  ConsoleAsset docs() const { return asset_of(docs_, docs_hash_); }
  /// The page with links at /, for a server without a console.
  ConsoleAsset start() const { return asset_of(start_, start_hash_); }
  /// What the pages' script reads, as JSON.
  const std::string& config() const { return config_; }
  /// The header lines of every page: its content security policy, and what else restricts it.
  const std::string& headers() const { return headers_; }

  friend bool operator==(const ConsolePages& a, const ConsolePages& b) { return a.settings_ == b.settings_; }

 private:
  static ConsoleAsset asset_of(const std::string& page, const std::string& hash);

  ConsoleSettings settings_;
  std::string config_;
  std::string console_;
  std::string console_hash_;
  std::string docs_;
  std::string docs_hash_;
  std::string start_;
  std::string start_hash_;
  std::string headers_;
};

/// The origin of an https URL: `https://host[:port]`. Empty for any other text.
std::string_view origin_of(std::string_view url);

}  // namespace tacit::http
