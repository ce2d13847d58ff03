#include "auth/issuers/issuer_values.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "auth/https/https_url.hpp"
#include "auth/model/scope_names.hpp"
#include "auth/tokens/algorithm_names.hpp"
#include "crypto/files/key_file.hpp"
#include "crypto/files/text_file.hpp"
#include "crypto/signatures/signature_limits.hpp"
#include "crypto/text/ascii.hpp"
#include "crypto/text/sentence.hpp"

namespace tacit::auth {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

/// Reads a secret from a file that other users must not be able to read. Final line ends are not part of the secret.
std::string read_secret(std::string_view file, ConfiguredSecret& secret) {
  auto content = crypto::read_key_file(std::filesystem::path(file), S_IRWXO | S_IWGRP);
  if (!content) return content.error().message;
  if (const auto fault = crypto::make_plain_secret(*content)) return std::string(file) + " " + *fault;
  std::size_t size = content->size();
  while (size > 0 && (content->data()[size - 1] == '\n' || content->data()[size - 1] == '\r')) --size;
  content->resize(size);
  if (size == 0) return std::string(file) + " is empty";
  secret = std::make_shared<const crypto::WipedBytes>(std::move(*content));
  return {};
}

/// The fault of a word with a comma or a semicolon, which can only be a wrong separator; empty without one.
std::string separator_fault(std::string_view word, const char* what) {
  if (word.find_first_of(",;") == std::string_view::npos) return {};
  return quoted(word) + " has a comma or a semicolon; " + what + " have spaces between them";
}

std::string add_audiences(std::string_view value, std::vector<std::string>& audiences) {
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    if (auto fault = separator_fault(word, "audiences"); !fault.empty()) return fault;
    audiences.emplace_back(word);
  }
  return {};
}

/// A token gets scopes of the API plane alone: tool-audience decides which tokens the tool plane accepts.
std::string add_scope(std::string_view name, store::Scope& scopes) {
  const auto scope = scope_of(name);
  if (!scope || !store::covers(store::api_scopes, *scope)) {
    return quoted(name) + " is not one of " + crypto::joined(scope_names(store::api_scopes), ", ");
  }
  scopes = scopes | *scope;
  return {};
}

// The seconds in a unit, as in the server's own settings: 90s, 5m, 2h, 7d, 2w. 0 if it is not a unit.
std::uint64_t seconds_of(std::string_view unit) {
  constexpr std::uint64_t day = 86400;
  if (unit.empty() || unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  if (unit == "d") return day;
  return unit == "w" ? 7 * day : 0;
}

bool is_https_url(std::string_view text) { return parse_https_url(text).has_value(); }

}  // namespace

std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blank), text.size()));
  const auto word = text.substr(0, text.find_first_of(blank));
  text.remove_prefix(word.size());
  return word;
}

std::string set_keys(IssuerConfig& config, std::string_view value) {
  if (value == "discovery") {
    config.keys = IssuerConfig::Keys::discovery;
  } else if (value == "none") {
    config.keys = IssuerConfig::Keys::none;
  } else {
    return quoted(value) + " is neither discovery nor none";
  }
  return {};
}

std::string set_jwks_url(IssuerConfig& config, std::string_view value) {
  if (!is_https_url(value)) return quoted(value) + " is not an https URL";
  config.keys = IssuerConfig::Keys::url;
  config.jwks_url = value;
  return {};
}

std::string set_jwks_file(IssuerConfig& config, std::string_view value) {
  config.keys = IssuerConfig::Keys::file;
  config.jwks_file = value;
  return {};
}

std::string set_shared_secret(IssuerConfig& config, std::string_view value) {
  config.keys = IssuerConfig::Keys::shared_secret;
  if (auto wrong = read_secret(value, config.shared_secret); !wrong.empty()) return wrong;
  if (config.shared_secret->size() >= crypto::least_hmac_secret) return {};
  return std::string(value) + " holds less than " + std::to_string(crypto::least_hmac_secret) +
         " bytes, the least for HS256";
}

std::string set_algorithms(IssuerConfig& config, std::string_view value) {
  config.algorithms.clear();
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    if (auto fault = separator_fault(word, "algorithms"); !fault.empty()) return fault;
    const auto algorithm = algorithm_of(word);
    if (!algorithm) return quoted(word) + " is not one of " + crypto::joined(algorithm_names(), ", ");
    config.algorithms.push_back(*algorithm);
  }
  return {};
}

std::string set_audience(IssuerConfig& config, std::string_view value) {
  return add_audiences(value, config.audiences);
}

std::string set_tool_audience(IssuerConfig& config, std::string_view value) {
  return add_audiences(value, config.tool_audiences);
}

std::string set_headers(IssuerConfig& config, std::string_view value) {
  config.in_authorization = config.in_token = false;
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    if (auto fault = separator_fault(word, "headers"); !fault.empty()) return fault;
    if (word == "authorization") {
      config.in_authorization = true;
    } else if (word == "token") {
      config.in_token = true;
    } else {
      return quoted(word) + " is neither authorization nor token";
    }
  }
  return {};
}

std::string set_type(IssuerConfig& config, std::string_view value) {
  if (value.find_first_of(" \t,") != std::string_view::npos) return quoted(value) + " is not one type";
  config.required_type = crypto::lower(value);
  constexpr std::string_view prefix = "application/";
  if (config.required_type.starts_with(prefix)) config.required_type.erase(0, prefix.size());
  return {};
}

std::string set_default_scopes(IssuerConfig& config, std::string_view value) {
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    if (auto fault = separator_fault(word, "scopes"); !fault.empty()) return fault;
    if (auto wrong = add_scope(word, config.default_scopes); !wrong.empty()) return wrong;
  }
  return {};
}

std::string set_scope_map(IssuerConfig& config, std::string_view value) {
  config.scope_names.clear();
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    const auto equals = word.rfind('=');
    if (equals == std::string_view::npos || equals == 0) return quoted(word) + " is not WORD=SCOPE";
    if (auto fault = separator_fault(word, "WORD=SCOPE entries"); !fault.empty()) return fault;
    auto scope = store::Scope::none;
    if (auto wrong = add_scope(word.substr(equals + 1), scope); !wrong.empty()) return wrong;
    config.scope_names.emplace(word.substr(0, equals), scope);
  }
  return {};
}

std::string set_introspection(IssuerConfig& config, std::string_view value) {
  if (value == "discovery") {
    config.introspection = IssuerConfig::Introspection::discovery;
    return {};
  }
  if (!is_https_url(value)) return quoted(value) + " is neither discovery nor an https URL";
  config.introspection = IssuerConfig::Introspection::url;
  config.introspection_url = value;
  return {};
}

std::string set_client_secret(IssuerConfig& config, std::string_view value) {
  return read_secret(value, config.client_secret);
}

std::string detail::switch_fault(std::string_view value) {
  return value == "on" || value == "off" ? std::string() : quoted(value) + " is neither on nor off";
}

std::string detail::claim_fault(std::string_view value) {
  const bool sound = !value.starts_with('.') && !value.ends_with('.') && value.find("..") == std::string_view::npos;
  if (sound) return {};
  return quoted(value) + " has an empty name in its path; a path is names with one dot between them, as act.sub";
}

std::optional<std::chrono::seconds> detail::parse_seconds(std::string_view value, std::uint64_t least,
                                                          std::uint64_t most) {
  std::uint64_t number = 0;
  const char* const last = value.data() + value.size();
  const auto [end, error] = std::from_chars(value.data(), last, number);
  const std::uint64_t factor = seconds_of({end, last});
  if (error != std::errc() || factor == 0 || number > most / factor || number * factor < least) return std::nullopt;
  return std::chrono::seconds(number * factor);
}

std::string detail::seconds_fault(std::string_view value, std::uint64_t least, std::uint64_t most) {
  return quoted(value) + " is not a number of seconds from " + std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace tacit::auth
