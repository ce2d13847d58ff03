#include "server/serve/reload.hpp"

#include <algorithm>
#include <ctime>
#include <exception>
#include <string_view>
#include <utility>

#include "auth/issuers/load_issuers.hpp"
#include "crypto/text/sentence.hpp"
#include "http/log/log.hpp"
#include "server/config/errors.hpp"
#include "server/config/server_options.hpp"
#include "server/config/settings.hpp"
#include "server/config/suggestion.hpp"
#include "server/wiring/config_check.hpp"
#include "server/wiring/console.hpp"
#include "server/wiring/identity.hpp"
#include "server/wiring/listeners.hpp"
#include "server/wiring/open_store.hpp"

namespace tacit::server {
namespace {

/// The setting's value as written, or its default.
std::string value_of(const std::map<std::string, std::string>& values, const Setting& setting) {
  const auto found = values.find(setting.name);
  return found == values.end() ? setting.initial : found->second;
}

}  // namespace

std::vector<std::string> settings_for_restart(const std::map<std::string, std::string>& before,
                                              const std::map<std::string, std::string>& after) {
  std::vector<std::string> names;
  for (const Setting& setting : settings()) {
    const bool same = value_of(before, setting) == value_of(after, setting);
    // Adding or removing the issuers' file needs a restart, because it decides which threads start.
    const bool appears = std::string_view(setting.name) == "issuers" &&
                         value_of(before, setting).empty() != value_of(after, setting).empty();
    if (!same && (appears || setting.changed_by == ChangedBy::restart)) names.emplace_back(setting.name);
  }
  return names;
}

Reload::Reload(const ConfigSources& sources, const LoadedConfig& loaded, Parts parts, ReloadCounts& counts)
    : sources_(sources),
      started_with_(loaded.values),
      planes_(loaded.config.plane),
      tool_user_token_(loaded.config.tool_user_token),
      parts_(parts),
      counts_(counts) {}

const ReloadResult& Reload::run() {
  result_ = {};
  result_.at = static_cast<std::int64_t>(std::time(nullptr));
  std::optional<LogLevel> level;
  try {
    LoadedConfig loaded = load_config(sources_);
    for (const std::string& problem : loaded.problems) kept("configuration", problem);
    if (loaded.problems.empty()) {
      result_.restart_needed = settings_for_restart(started_with_, loaded.values);
      if (!result_.restart_needed.empty()) {
        http::LogLine line(http::LogLevel::warn, "restart_needed");
        http::log(line.field("settings", crypto::joined(result_.restart_needed, ", ")));
      }
      loaded.config.plane = planes_;
      change(loaded.config);
      level = loaded.config.log_level;
    }
  } catch (const std::exception& error) {
    kept("configuration", error.what());
  }
  const bool succeeded = result_.succeeded();
  (succeeded ? counts_.good : counts_.bad).fetch_add(1, std::memory_order_relaxed);
  http::log(succeeded ? http::LogLine(http::LogLevel::info, "reloaded")
                      : http::LogLine(http::LogLevel::error, "reloaded_in_part"));
  // Last, so that a raised level does not suppress the line above.
  if (level) http::set_log_level(*level);
  return last_.emplace(std::move(result_));
}

/// A fault in one part does not prevent the change of the others.
void Reload::change(const Config& next) {
  parts_.server.change_limits(server_options(next));
  result_.taken.emplace_back("limits");
  const std::vector<std::string> troubles = reload_certificates(next, parts_.server);
  for (const std::string& trouble : troubles) kept("certificates", trouble);
  if (troubles.empty()) result_.taken.emplace_back("certificates");
  watch_certificates(next, parts_.server, parts_.certificates);
  for (const std::string& note : find_certificate_notes(next)) {
    http::log(http::LogLine(http::LogLevel::warn, "configuration_note").field("note", note));
  }
  if (parts_.identities != nullptr) part("tool_identities", identities(next));
  if (parts_.issuers != nullptr && !next.issuers.empty()) part("issuers", issuers(next));
  parts_.resource.publish_if_new(protected_resource(next, parts_.issuers));
  parts_.console.publish_if_new(console_pages(next, parts_.issuers));
  parts_.cors.publish_if_new(http::Cors(next.cors_origins));
  part("keys", keys(next));
  parts_.watch.reconfigured(next.prekey_pool);
  // The loaded parts are valid, but a start may have further requirements.
  if (!result_.kept.empty()) return;
  result_.next_start_fails = find_problems(next);
  for (const std::string& problem : result_.next_start_fails) {
    http::LogLine line(http::LogLevel::error, "next_start_fails");
    http::log(line.field("reason", problem));
  }
}

void Reload::part(const char* name, const std::optional<std::string>& trouble) {
  if (trouble) {
    kept(name, *trouble);
  } else {
    result_.taken.emplace_back(name);
  }
}

void Reload::kept(const char* name, const std::string& reason) {
  result_.kept.push_back({name, reason});
  http::LogLine line(http::LogLevel::error, std::string(name) + "_kept");
  http::log(line.field("reason", reason));
}

std::optional<std::string> Reload::identities(const Config& next) {
  auto read = auth::ToolIdentities::load(next.tool_identities);
  if (!read) return read.error().message;
  parts_.identities->publish_if_new(std::move(*read));
  return std::nullopt;
}

std::optional<std::string> Reload::issuers(const Config& next) {
  auto read = auth::load_issuers(next.issuers, did_you_mean, tool_audience(planes_, tool_user_token_));
  std::optional<std::string> trouble;
  if (read) {
    const auto changed = parts_.issuers->reconfigure(std::move(*read));
    if (changed.has_error()) trouble = changed.error().message;
  } else {
    trouble = read.error().message;
  }
  parts_.issuers->refresh();
  return trouble;
}

/// Reloads the keyrings, the store's defaults for tenants, and the size of the pool of key pairs.
std::optional<std::string> Reload::keys(const Config& next) {
  try {
    const auto changed = parts_.store.reconfigure(load_serving_keys(next), store_options(next));
    if (!changed) return sentence(changed.error());
    if (parts_.prekeys != nullptr) parts_.prekeys->change(next.prekey_pool);
    return std::nullopt;
  } catch (const UsageError& error) {
    return error.what();
  }
}

}  // namespace tacit::server
