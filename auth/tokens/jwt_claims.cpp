// Judges claims: RFC 7519 section 4.1, RFC 9068 section 2.2 and 4, RFC 7662 section 2.2.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "auth/tokens/json_document.hpp"
#include "auth/tokens/jwt.hpp"
#include "crypto/text/ascii.hpp"
#include "crypto/text/utf8.hpp"

namespace tacit::auth {
namespace {

namespace json = boost::json;
using boost::system::result;
using std::chrono::system_clock;

constexpr std::size_t max_user_size = 255;
constexpr double end_of_time = 253'402'300'800;  // the start of the year 10000; a time in milliseconds is far beyond it

// Finds a claim whose name may be a path: `realm_access.roles` is the member `roles` of the claim `realm_access`. A
// claim with the whole name takes precedence, because URLs as names contain dots; likewise, within an object, a member
// with the whole rest of the path. Each object is searched at most once, and the depth is at most json_document_depth.
const json::value* find_claim(const json::object& claims, std::string_view path) {
  if (const json::value* claim = find_member(claims, path)) return claim;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    const json::value* outer = find_member(claims, path.substr(0, dot));
    if (outer == nullptr || !outer->is_object()) continue;
    if (const json::value* inner = find_claim(outer->get_object(), path.substr(dot + 1))) return inner;
  }
  return nullptr;
}

// A NumericDate (RFC 7519 section 2), rounded down to nanoseconds, which is finer than a double for these years. A time
// beyond the clock's range becomes its maximum.
std::optional<system_clock::time_point> time_of(const json::value& value) {
  double number = 0;
  if (value.is_double()) {
    number = value.get_double();
  } else if (value.is_int64()) {
    number = static_cast<double>(value.get_int64());  // exact below 2^53; larger values are too late
  } else {
    return std::nullopt;  // a uint64 is too late
  }
  if (!(number >= 0 && number < end_of_time)) return std::nullopt;
  constexpr auto most = std::chrono::floor<std::chrono::seconds>(system_clock::time_point::max().time_since_epoch());
  const double whole = std::floor(number);
  if (whole >= static_cast<double>(most.count())) return system_clock::time_point::max();
  const std::chrono::seconds seconds(static_cast<std::int64_t>(whole));
  const std::chrono::nanoseconds rest(static_cast<std::int64_t>((number - whole) * 1e9));
  return system_clock::time_point(seconds + rest);
}

// An optional time claim: its value, or that it is invalid.
struct Time {
  std::optional<system_clock::time_point> at;
  bool wrong = false;
};

Time read_time(const json::object& claims, std::string_view name) {
  const json::value* claim = find_member(claims, name);
  if (claim == nullptr) return {};
  const auto at = time_of(*claim);
  return {at, !at.has_value()};
}

/// Whether the text or the list `aud` has one of the audiences.
bool has_any(const json::value& aud, const std::vector<std::string>& audiences) {
  const auto is_one = [&](const json::value& element) {
    const auto text = text_of(&element);
    return text && std::ranges::find(audiences, *text) != audiences.end();
  };
  return aud.is_array() ? std::ranges::any_of(aud.get_array(), is_one) : is_one(aud);
}

/// A token with audiences of both planes is one for the tool plane: the API plane refuses what a runtime may hold.
result<TokenAudience, Refusal> judge_audience(const json::value& aud, const IssuerConfig& issuer) {
  if (!aud.is_string() && !aud.is_array()) return Refusal::wrong_claims;
  if (has_any(aud, issuer.tool_audiences)) return TokenAudience::tools;
  if (has_any(aud, issuer.audiences)) return TokenAudience::api;
  return Refusal::wrong_audience;
}

std::optional<Refusal> judge_issuer(const json::value& iss, const IssuerConfig& issuer) {
  const auto name = text_of(&iss);
  if (!name) return Refusal::wrong_claims;
  return *name == issuer.issuer ? std::nullopt : std::optional(Refusal::unknown_issuer);
}

// Sets `expires` if the token has exp.
std::optional<Refusal> judge_times(const json::object& claims, const IssuerConfig& issuer, system_clock::time_point now,
                                   std::optional<system_clock::time_point>& expires) {
  const Time exp = read_time(claims, "exp");
  const Time nbf = read_time(claims, "nbf");
  const Time iat = read_time(claims, "iat");
  if (exp.wrong || nbf.wrong || iat.wrong) return Refusal::wrong_claims;
  if (exp.at) {
    if (now - issuer.leeway >= *exp.at) return Refusal::expired;
    expires = exp.at;
  }
  if (nbf.at && now + issuer.leeway < *nbf.at) return Refusal::not_yet_valid;
  if (iat.at && now + issuer.leeway < *iat.at) return Refusal::not_yet_valid;
  return std::nullopt;
}

std::optional<std::string_view> user_of(const json::object& claims, std::string_view name) {
  const auto user = text_of(find_claim(claims, name));
  if (!user || user->empty() || user->size() > max_user_size || crypto::has_control_characters(*user))
    return std::nullopt;
  return user;
}

crypto::Uuid tenant_of(std::string_view user, const IssuerConfig& issuer) {
  if (const auto id = issuer.uuid_users ? crypto::parse_uuid(user) : std::nullopt) return *id;
  return crypto::make_uuid_v5(crypto::make_uuid_v5(crypto::uuid_namespace_url, issuer.issuer), user);
}

store::Scope scopes_of_word(std::string_view word, const IssuerConfig& issuer) {
  store::Scope scopes = store::Scope::none;
  const auto [first, last] = issuer.scope_names.equal_range(word);
  for (auto it = first; it != last; ++it) scopes = scopes | it->second;
  return scopes;
}

store::Scope scopes_of_list(std::string_view words, const IssuerConfig& issuer) {
  store::Scope scopes = store::Scope::none;
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    scopes = scopes | scopes_of_word(words.substr(0, end), issuer);
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return scopes;
}

// std::nullopt if the claim has a wrong type.
std::optional<store::Scope> scopes_of(const json::object& claims, const IssuerConfig& issuer, store::Scope unsaid) {
  const json::value* claim = find_claim(claims, issuer.scope_claim);
  if (claim == nullptr) return unsaid;
  if (const auto list = text_of(claim)) return scopes_of_list(*list, issuer);
  if (!claim->is_array()) return std::nullopt;
  store::Scope scopes = store::Scope::none;
  for (const json::value& element : claim->get_array()) {
    const auto word = text_of(&element);
    if (word) scopes = scopes | scopes_of_word(*word, issuer);
  }
  return scopes;
}

/// The differences between the kinds of tokens.
struct Reading {
  std::string_view user_claim;
  store::Scope unsaid_scopes;  ///< of a token without a scope claim
};

// Common to tokens and introspection responses: the claims that are present must be valid.
result<TokenGrant, Refusal> judge(const json::object& claims, const IssuerConfig& issuer, const Reading& reading,
                                  system_clock::time_point now) {
  // Bound to a key that the sender must prove (RFC 7800, DPoP, mutual TLS): not valid as a bearer token.
  if (find_member(claims, "cnf") != nullptr) return Refusal::wrong_type;
  if (const json::value* iss = find_member(claims, "iss")) {
    if (const auto refusal = judge_issuer(*iss, issuer)) return *refusal;
  }
  const json::value* aud = find_member(claims, "aud");
  if (aud == nullptr) return Refusal::wrong_claims;
  const auto audience = judge_audience(*aud, issuer);
  if (audience.has_error()) return audience.error();
  std::optional<system_clock::time_point> expires;
  if (const auto refusal = judge_times(claims, issuer, now, expires)) return *refusal;
  const auto user = user_of(claims, reading.user_claim);
  const auto scopes = scopes_of(claims, issuer, reading.unsaid_scopes);
  if (!user || !scopes) return Refusal::wrong_claims;
  TokenGrant grant;
  grant.principal.tenant = tenant_of(*user, issuer);
  grant.principal.scopes = *audience == TokenAudience::tools ? store::Scope::tools_use : *scopes;
  grant.audience = *audience;
  grant.principal.actor.append("oauth:").append(issuer.issuer).append("#").append(*user);
  grant.expires = expires.value_or(system_clock::time_point::max());
  return grant;
}

/// Whether the claim is missing or one of the texts, case-insensitively.
bool is_any_of(const json::object& claims, std::string_view name, std::initializer_list<std::string_view> lower) {
  const json::value* claim = find_member(claims, name);
  if (claim == nullptr) return true;
  const auto text = text_of(claim);
  return text &&
         std::ranges::any_of(lower, [&](std::string_view each) { return crypto::equal_ignoring_case(*text, each); });
}

/// Issuers also report refresh and ID tokens as active. They state the kind in `token_type` (RFC 7662) or in members of
/// their own.
bool is_access_token(const json::object& answer) {
  return is_any_of(answer, "token_type", {"bearer", "access_token"}) &&
         is_any_of(answer, "token_use", {"access_token"}) && is_any_of(answer, "typ", {"bearer", "jwt", "at+jwt"});
}

bool is_access_token(std::string_view type, const IssuerConfig& issuer) {
  if (!issuer.required_type.empty()) return type == issuer.required_type;
  return type.empty() || type == "jwt" || type == "at+jwt";
}

}  // namespace

result<TokenGrant, Refusal> judge_claims(const UnverifiedToken& token, const IssuerConfig& issuer,
                                         system_clock::time_point now) {
  if (!is_access_token(token.type, issuer)) return Refusal::wrong_type;
  for (const char* const needed : {"iss", "aud", "exp"}) {
    if (find_member(token.claims, needed) == nullptr) return Refusal::wrong_claims;
  }
  // An RFC 9068 access token states its scopes (section 2.2.3); browsers' tokens often have none.
  const auto unsaid = token.type == "at+jwt" ? store::Scope::none : issuer.default_scopes;
  return judge(token.claims, issuer, Reading{issuer.user_claim, unsaid}, now);
}

result<TokenGrant, Refusal> judge_introspection(const json::object& answer, const IssuerConfig& issuer,
                                                system_clock::time_point now) {
  const json::value* active = find_member(answer, "active");
  if (active == nullptr || !active->is_bool() || !active->get_bool()) return Refusal::inactive;
  // Issuers report refresh tokens and tokens for their own use as active, but without an audience.
  if (find_member(answer, "aud") == nullptr) return Refusal::wrong_audience;
  if (!is_access_token(answer)) return Refusal::wrong_type;
  Reading reading{issuer.user_claim, store::Scope::none};
  // A client's own token has the client as its subject (RFC 9068 section 2.2), or none. By default, an issuer that
  // omits its users' `sub` must not turn all users of a client into one tenant.
  const auto names = [&](std::string_view name) { return find_member(answer, name) != nullptr; };
  const bool names_user = names("sub") || names("username") || names("user_name");
  if (issuer.client_tokens && issuer.user_claim == "sub" && !names_user) reading.user_claim = "client_id";
  return judge(answer, issuer, reading, now);
}

}  // namespace tacit::auth
