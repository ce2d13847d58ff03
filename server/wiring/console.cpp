#include "server/wiring/console.hpp"

#include <algorithm>

#include "auth/issuers/load_issuers.hpp"
#include "server/config/suggestion.hpp"
#include "server/wiring/identity.hpp"

namespace tacit::server {
namespace {

/// The words that the issuer has for the API's scopes. A claim other than `scope` holds what the issuer gives by
/// itself, such as roles: then none is asked for.
std::string scope_of(const auth::IssuerConfig& issuer) {
  std::string words = "openid";
  if (issuer.scope_claim != "scope") return words;
  std::vector<std::string> asked;
  for (const auto& [word, scope] : issuer.scope_names) {
    if (store::covers(store::api_scopes, scope) && std::ranges::find(asked, word) == asked.end()) asked.push_back(word);
  }
  for (const std::string& word : asked) words.append(" ").append(word);
  return words;
}

}  // namespace

http::ConsolePages console_pages(const Config& config, const auth::Issuers* issuers) {
  http::ConsoleSettings settings;
  settings.on = config.console;
  settings.resource = config.public_url;
  if (issuers == nullptr || config.console_issuer.empty()) return http::ConsolePages(settings);
  for (const auto& each : issuers->all()) {
    const auth::IssuerConfig& issuer = each->config();
    if (issuer.issuer != config.console_issuer) continue;
    settings.issuer = issuer.issuer;
    settings.client_id = config.console_client_id;
    settings.scope = scope_of(issuer);
    settings.token_header = !issuer.in_authorization;
  }
  return http::ConsolePages(settings);
}

std::vector<std::string> find_console_problems(const Config& config) {
  std::vector<std::string> problems;
  if (!runs_api(config.plane) || !config.console) return problems;
  if (config.console_issuer.empty() != config.console_client_id.empty()) {
    problems.emplace_back("console-issuer and console-client-id are needed together: set both, or neither");
  }
  if (config.console_issuer.empty()) return problems;
  if (!uses_issuers(config)) {
    problems.emplace_back("console-issuer needs the setting issuers, whose file has a section for it");
    return problems;
  }
  const auto issuers = auth::load_issuers(config.issuers, did_you_mean);
  if (!issuers) return problems;  // reported with the issuers
  const bool listed = std::ranges::find(*issuers, config.console_issuer, &auth::IssuerConfig::issuer) != issuers->end();
  if (!listed) {
    problems.push_back("console-issuer: " + config.issuers.string() + " has no section [" + config.console_issuer +
                       "]");
  }
  return problems;
}

}  // namespace tacit::server
