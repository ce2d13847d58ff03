#include "auth/issuers/issuer_settings.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "auth/https/https_url.hpp"
#include "auth/model/scope_names.hpp"
#include "auth/tokens/algorithm_names.hpp"
#include "crypto/key_file.hpp"
#include "crypto/text_file.hpp"

namespace tacit::auth {
namespace {

constexpr std::string_view blank = " \t\r";
constexpr std::size_t least_shared_secret = 32;  // RFC 7518 section 3.2
constexpr std::uint64_t day = 86400;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

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

std::string set_shared_secret(IssuerConfig& config, std::string_view value) {
  config.keys = IssuerConfig::Keys::shared_secret;
  if (auto wrong = read_secret(value, config.shared_secret); !wrong.empty()) return wrong;
  if (config.shared_secret->size() >= least_shared_secret) return {};
  return std::string(value) + " holds less than 32 bytes, the least for HS256";
}

/// The fault of a word with a comma or a semicolon, which can only be a wrong separator; empty without one.
std::string separator_fault(std::string_view word, const char* what) {
  if (word.find_first_of(",;") == std::string_view::npos) return {};
  return quoted(word) + " has a comma or a semicolon; " + what + " have spaces between them";
}

std::string set_algorithms(IssuerConfig& config, std::string_view value) {
  config.algorithms.clear();
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    if (auto fault = separator_fault(word, "algorithms"); !fault.empty()) return fault;
    const auto algorithm = algorithm_of(word);
    if (!algorithm) {
      return quoted(word) +
             " is not one of ES256, ES384, ES512, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512, HS256";
    }
    config.algorithms.push_back(*algorithm);
  }
  return {};
}

std::string set_audience(IssuerConfig& config, std::string_view value) {
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    if (word.starts_with(',') || word.ends_with(',')) {
      return quoted(word) + " has a comma at its end; audiences have spaces between them";
    }
    config.audiences.emplace_back(word);
  }
  return {};
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
  config.required_type = value;
  for (char& c : config.required_type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  constexpr std::string_view prefix = "application/";
  if (config.required_type.starts_with(prefix)) config.required_type.erase(0, prefix.size());
  return {};
}

std::string add_scope(std::string_view name, store::Scope& scopes) {
  const auto scope = scope_of(name);
  if (!scope) return quoted(name) + " is not one of secrets:read, secrets:write, keys:manage";
  scopes = scopes | *scope;
  return {};
}

std::string set_default_scopes(IssuerConfig& config, std::string_view value) {
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    if (auto fault = separator_fault(word, "scopes"); !fault.empty()) return fault;
    if (auto wrong = add_scope(word, config.default_scopes); !wrong.empty()) return wrong;
  }
  return {};
}

/// `word=scope`. The word may contain `=`, a scope's name does not.
std::string set_scope_map(IssuerConfig& config, std::string_view value) {
  config.scope_names.clear();
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    const auto equals = word.rfind('=');
    if (equals == std::string_view::npos || equals == 0) return quoted(word) + " is not WORD=SCOPE";
    if (word.find_first_of(",;") != std::string_view::npos) {
      return quoted(word) + " has a comma or a semicolon; what WORD=SCOPE there is has spaces between it";
    }
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

template <auto Member>
std::string set_switch(IssuerConfig& config, std::string_view value) {
  if (value != "on" && value != "off") return quoted(value) + " is neither on nor off";
  config.*Member = value == "on";
  return {};
}

template <auto Member>
std::string set_text(IssuerConfig& config, std::string_view value) {
  config.*Member = value;
  return {};
}

/// A claim's name, or a path of names separated by dots.
template <auto Member>
std::string set_claim(IssuerConfig& config, std::string_view value) {
  if (value.starts_with('.') || value.ends_with('.') || value.find("..") != std::string_view::npos) {
    return quoted(value) + " has an empty name in its path; a path is names with one dot between them, as act.sub";
  }
  config.*Member = value;
  return {};
}

// The seconds in a unit, as in the server's own settings: 90s, 5m, 2h, 7d, 2w. 0 if it is not a unit.
std::uint64_t seconds_of(std::string_view unit) {
  if (unit.empty() || unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  if (unit == "d") return day;
  return unit == "w" ? 7 * day : 0;
}

template <auto Member, std::uint64_t Least, std::uint64_t Most>
std::string set_seconds(IssuerConfig& config, std::string_view value) {
  std::uint64_t number = 0;
  const char* const last = value.data() + value.size();
  const auto [end, error] = std::from_chars(value.data(), last, number);
  const std::uint64_t factor = seconds_of({end, last});
  if (error != std::errc() || factor == 0 || number > Most / factor || number * factor < Least) {
    return quoted(value) + " is not a number of seconds from " + std::to_string(Least) + " to " + std::to_string(Most);
  }
  config.*Member = std::chrono::seconds(number * factor);
  return {};
}

constexpr IssuerSetting list[] = {
    {"audience", "WORDS", "", "A token's `aud` must contain one of these. Required.", set_audience},

    {"keys", "discovery|none", "discovery",
     "Where its keys come from. discovery: from the URL in its metadata, at /.well-known/openid-configuration or "
     "/.well-known/oauth-authorization-server; the issuer must be an https URL without a query. none: it issues no "
     "JWTs, only opaque tokens, checked by introspection. One of jwks-url, jwks-file and shared-secret-file can "
     "replace this setting.",
     set_keys},
    {"jwks-url", "URL", "", "The https URL of its keys.", set_jwks_url},
    {"jwks-file", "FILE", "",
     "A JWK set with its keys, at most 256 KiB; at least one key must fit `algorithms`. Read at the start and at "
     "SIGHUP.",
     set_jwks_file},
    {"shared-secret-file", "FILE", "",
     "A secret shared with the issuer, for HS256: at least 32 bytes. Other users must not be able to read the file.",
     set_shared_secret},
    {"ca", "FILE", "", "Certificate authorities, PEM, for https to the issuer. Default: the system's.",
     set_text<&IssuerConfig::ca>},

    {"algorithms", "WORDS", "ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512",
     "The algorithms that it may sign with, of these. With a shared secret, HS256 only.", set_algorithms},
    {"headers", "WORDS", "authorization",
     "The request headers that may carry its tokens: authorization, token, or both.", set_headers},
    {"type", "WORD", "", "The `typ` that its JWTs must have; at+jwt for RFC 9068. Default: at+jwt, JWT or no `typ`.",
     set_type},
    {"leeway", "SECONDS", "60", "How far its clock and this host's may differ, for exp, nbf and iat: from 0 to 600.",
     set_seconds<&IssuerConfig::leeway, 0, 600>},

    {"user-claim", "NAME", "sub",
     "The claim that names the user and decides the tenant; users must not be able to choose its value. It may be a "
     "path: act.sub is the member `sub` of the claim `act`. A claim with the whole name takes precedence.",
     set_claim<&IssuerConfig::user_claim>},
    {"uuid-users", "on|off", "on",
     "Whether a user that is a UUID is the tenant with that id. Every other user, and with off every user, becomes a "
     "tenant of this issuer's own (UUIDv5).",
     set_switch<&IssuerConfig::uuid_users>},
    {"scope-claim", "NAME", "scope",
     "The claim with the token's scopes: a text with spaces, or a list. It may be a path, like user-claim, such as "
     "realm_access.roles.",
     set_claim<&IssuerConfig::scope_claim>},
    {"scope-map", "WORD=SCOPE...", "",
     "The scopes that the claim's words stand for. Repeat a word to give it several scopes; a word that is not listed "
     "gives none. Without a map the words are Tacit's own: secrets:read, secrets:write, keys:manage.",
     set_scope_map},
    {"default-scopes", "SCOPES", "",
     "The scopes of a JWT without that claim; not for at+jwt and opaque tokens. Default: none.", set_default_scopes},

    {"introspection", "discovery|URL", "",
     "Ask the issuer about opaque tokens (RFC 7662), at the endpoint in its metadata or at this URL. For at most one "
     "issuer. Without it opaque tokens are refused.",
     set_introspection},
    {"client-id", "NAME", "", "The client id to ask with; the issuer must know it. Required with introspection.",
     set_text<&IssuerConfig::client_id>},
    {"client-secret-file", "FILE", "",
     "Its secret. Other users must not be able to read the file. Required with introspection.",
     [](IssuerConfig& config, std::string_view value) { return read_secret(value, config.client_secret); }},
    {"client-tokens", "on|off", "off",
     "Whether an opaque token without a user in the issuer's answer belongs to a client itself; the client is then the "
     "user. Keep it off if the issuer omits its users' sub: they would all be one tenant.",
     set_switch<&IssuerConfig::client_tokens>},
    {"introspection-cache", "SECONDS", "30",
     "How long its answer is used at most, from 0 to 86400. A revoked token works that long.",
     set_seconds<&IssuerConfig::introspection_cache, 0, day>},
    {"introspection-negative-cache", "SECONDS", "5",
     "How long its answer that a token is not active is used, from 0 to 86400.",
     set_seconds<&IssuerConfig::negative_cache, 0, day>},

    {"refresh-least", "SECONDS", "60",
     "The shortest time between fetches of its keys, whatever its Cache-Control says: from 1 to 86400.",
     set_seconds<&IssuerConfig::refresh_least, 1, day>},
    {"refresh-most", "SECONDS", "3600", "The longest time between fetches of its keys: from 1 to 2592000.",
     set_seconds<&IssuerConfig::refresh_most, 1, 30 * day>},
    {"keep-keys", "SECONDS", "86400", "How long the last good keys are used while it is down, from 0 to 31536000.",
     set_seconds<&IssuerConfig::keep_stale, 0, 365 * day>},
    {"fetch-timeout", "SECONDS", "5", "How long one request to it may take, from 1 to 60.",
     set_seconds<&IssuerConfig::fetch_timeout, 1, 60>},
};

}  // namespace

std::span<const IssuerSetting> issuer_settings() { return list; }

bool is_https_url(std::string_view text) { return parse_https_url(text).has_value(); }

std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blank), text.size()));
  const auto word = text.substr(0, text.find_first_of(blank));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace tacit::auth
