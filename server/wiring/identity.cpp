#include "server/wiring/identity.hpp"

#include "auth/issuers/load_issuers.hpp"
#include "http/log/log.hpp"
#include "server/config/errors.hpp"
#include "server/config/suggestion.hpp"

namespace tacit::server {
namespace {

/// Logs the issuers' events. Stateless, so one instance serves for the life of the process.
class LoggedEvents final : public auth::IssuerEvents {
 public:
  void keys_changed(std::string_view issuer, std::size_t keys) override {
    http::log(http::LogLine(http::LogLevel::info, "issuer_keys").field("issuer", issuer).field("keys", keys));
  }
  void keys_skipped(std::string_view issuer, const auth::SkippedKeys& skipped) override {
    const auto begin = [&](bool expected) {
      return http::LogLine(expected ? http::LogLevel::info : http::LogLevel::warn, "issuer_key_skipped");
    };
    for (const auth::SkippedKey& key : skipped.named) {
      http::LogLine line = begin(key.expected);
      line.field("issuer", issuer).field("key", key.position);
      if (!key.kid.empty()) line.field("kid", key.kid);
      http::log(line.field("reason", key.why));
    }
    if (skipped.count <= skipped.named.size()) return;
    http::LogLine rest = begin(false);
    http::log(rest.field("issuer", issuer).field("more", skipped.count - skipped.named.size()));
  }
  void keys_failed(std::string_view issuer, std::string_view why) override {
    http::log(http::LogLine(http::LogLevel::error, "issuer_keys_failed").field("issuer", issuer).field("reason", why));
  }
  void introspection_failed(std::string_view issuer, std::string_view why) override {
    http::LogLine line(http::LogLevel::error, "introspection_failed");
    http::log(line.field("issuer", issuer).field("reason", why));
  }
};

LoggedEvents logged_events;

}  // namespace

bool uses_issuers(const Config& config) {
  return !config.issuers.empty() && (runs_api(config.plane) || config.tool_user_token);
}

auth::ToolAudience tool_audience(Planes planes, bool tool_user_token) {
  return runs_tools(planes) && tool_user_token ? auth::ToolAudience::required : auth::ToolAudience::optional;
}

std::unique_ptr<auth::Issuers> start_issuers(const Config& config) {
  if (!uses_issuers(config)) return nullptr;
  auto configs = auth::load_issuers(config.issuers, did_you_mean, tool_audience(config.plane, config.tool_user_token));
  if (!configs) throw UsageError(configs.error().message);
  auto issuers = auth::Issuers::start(std::move(*configs), logged_events);
  if (!issuers) throw UsageError(issuers.error().message);
  return std::move(*issuers);
}

http::ProtectedResource protected_resource(const Config& config, const auth::Issuers* issuers) {
  std::vector<std::string> names;
  if (issuers != nullptr) {
    for (const auto& issuer : issuers->all()) names.push_back(issuer->config().issuer);
  }
  return {config.public_url, names};
}

}  // namespace tacit::server
