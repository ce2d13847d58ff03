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
  if (!is_https_url(value)) return quoted(value) + " is no https URL";
  config.keys = IssuerConfig::Keys::url;
  config.jwks_url = value;
  return {};
}

std::string set_jwks_file(IssuerConfig& config, std::string_view value) {
  config.keys = IssuerConfig::Keys::file;
  config.jwks_file = value;
  return {};
}

/// Reads a secret that others must not be able to read. Its last line end is the editor's, not the secret's.
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

/// Where a comma or a semicolon can be nothing but a separator; empty if there is none.
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
      return quoted(word) + " is none of ES256, ES384, ES512, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512, HS256";
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
  if (!scope) return quoted(name) + " is none of secrets:read, secrets:write, keys:manage";
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

/// `word=scope`; the word may hold an =, a scope's name does not.
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

/// A claim's name, or a path of names with dots between.
template <auto Member>
std::string set_claim(IssuerConfig& config, std::string_view value) {
  if (value.starts_with('.') || value.ends_with('.') || value.find("..") != std::string_view::npos) {
    return quoted(value) + " has an empty name in its path; a path is names with one dot between them, as act.sub";
  }
  config.*Member = value;
  return {};
}

// The seconds that a unit has, as the settings outside this file take them, too: 90s, 5m, 2h, 7d, 2w. 0: it is none.
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
    return quoted(value) + " is no number of seconds from " + std::to_string(Least) + " to " + std::to_string(Most);
  }
  config.*Member = std::chrono::seconds(number * factor);
  return {};
}

constexpr IssuerSetting list[] = {
    {"audience", "WORDS", "", "What a token's `aud` has to name: one of these. Needed.", set_audience},

    {"keys", "discovery|none", "discovery",
     "Where its keys come from. discovery: from what its metadata names, at /.well-known/openid-configuration or "
     "/.well-known/oauth-authorization-server; the issuer has to be an https URL without a query. none: it has no "
     "JWTs, only opaque tokens, by introspection. In its stead there may be one of jwks-url, jwks-file, "
     "shared-secret-file.",
     set_keys},
    {"jwks-url", "URL", "", "Where to fetch its keys, over https.", set_jwks_url},
    {"jwks-file", "FILE", "",
     "A JWK set with its keys, at most 256 KiB, of which one at least has to fit `algorithms`. Read at the start and "
     "at SIGHUP.",
     set_jwks_file},
    {"shared-secret-file", "FILE", "",
     "A secret shared with the issuer, for HS256: at least 32 bytes. Others must not be able to read it.",
     set_shared_secret},
    {"ca", "FILE", "", "Certificate authorities, PEM, for https to the issuer. Without it the system's.",
     set_text<&IssuerConfig::ca>},

    {"algorithms", "WORDS", "ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512",
     "Which algorithms it may sign with, of these. With a shared secret it is HS256, and no other.", set_algorithms},
    {"headers", "WORDS", "authorization", "Which request headers may carry its tokens: authorization, token, or both.",
     set_headers},
    {"type", "WORD", "",
     "The `typ` that its JWTs must have; at+jwt for RFC 9068. Without it at+jwt, JWT or none at all.", set_type},
    {"leeway", "SECONDS", "60", "How far its clock and this one may differ, for exp, nbf and iat: from 0 to 600.",
     set_seconds<&IssuerConfig::leeway, 0, 600>},

    {"user-claim", "NAME", "sub",
     "The claim that is the user, and decides the tenant: one whose value users cannot choose. It may be a path, such "
     "as "
     "act.sub: the member of that name of the claim of that name. A claim with the whole name comes first.",
     set_claim<&IssuerConfig::user_claim>},
    {"uuid-users", "on|off", "on",
     "Whether a user that is a UUID is the tenant of that id. All others, and with off those too, become one of this "
     "issuer's own (UUIDv5).",
     set_switch<&IssuerConfig::uuid_users>},
    {"scope-claim", "NAME", "scope",
     "The claim with the token's scopes: a text with spaces, or a list. It may be a path as user-claim may, such as "
     "realm_access.roles.",
     set_claim<&IssuerConfig::scope_claim>},
    {"scope-map", "WORD=SCOPE...", "",
     "What the claim's words mean here; a word may have several scopes, one each time that it is there, and a word "
     "without any means nothing. Without a map they are Tacit's own: secrets:read, secrets:write, keys:manage.",
     set_scope_map},
    {"default-scopes", "SCOPES", "",
     "What a JWT may do that has no such claim; never an at+jwt or an opaque token. Without it nothing.",
     set_default_scopes},

    {"introspection", "discovery|URL", "",
     "Ask the issuer about opaque tokens (RFC 7662), at the endpoint that its metadata names or at this one. For one "
     "issuer at most. Without it opaque tokens are refused.",
     set_introspection},
    {"client-id", "NAME", "", "Who asks: a client that the issuer knows. Needed with introspection.",
     set_text<&IssuerConfig::client_id>},
    {"client-secret-file", "FILE", "", "Its secret. Others must not be able to read it. Needed with introspection.",
     [](IssuerConfig& config, std::string_view value) { return read_secret(value, config.client_secret); }},
    {"client-tokens", "on|off", "off",
     "Whether an opaque token of which the issuer names no user is one that a client got for itself, with the client "
     "as the user. Keep it off if the issuer leaves out its users' sub: they would all be one tenant.",
     set_switch<&IssuerConfig::client_tokens>},
    {"introspection-cache", "SECONDS", "30",
     "For how long at most its answer is believed, from 0 to 86400. A revoked token works so long.",
     set_seconds<&IssuerConfig::introspection_cache, 0, day>},
    {"introspection-negative-cache", "SECONDS", "5",
     "For how long its answer that a token is not active is believed, from 0 to 86400.",
     set_seconds<&IssuerConfig::negative_cache, 0, day>},

    {"refresh-least", "SECONDS", "60",
     "How soon its keys are fetched again at the earliest, whatever its Cache-Control says: from 1 to 86400.",
     set_seconds<&IssuerConfig::refresh_least, 1, day>},
    {"refresh-most", "SECONDS", "3600", "How soon at the latest: from 1 to 2592000.",
     set_seconds<&IssuerConfig::refresh_most, 1, 30 * day>},
    {"keep-keys", "SECONDS", "86400", "For how long the last good keys serve while it is down, from 0 to 31536000.",
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
