#include "auth/issuers/issuer_settings.hpp"

#include <vector>

#include "auth/issuers/issuer_values.hpp"
#include "auth/model/scope_names.hpp"
#include "auth/tokens/algorithm_names.hpp"
#include "auth/tokens/jwk.hpp"
#include "crypto/signatures/signature_limits.hpp"
#include "crypto/text/sentence.hpp"

namespace tacit::auth {
namespace {

constexpr std::uint64_t day = 86400;

/// The names of the algorithms that verify with an issuer's public key, in the form of the file.
std::string name_public_key_algorithms() {
  std::vector<std::string_view> names = algorithm_names();
  std::erase(names, algorithm_name(crypto::SignatureAlgorithm::hs256));
  return crypto::joined(names, " ");
}

/// `help` ends before the limits, and `rest` follows them.
template <auto Member, std::uint64_t Least, std::uint64_t Most>
IssuerSetting seconds_row(const char* name, const char* initial, const std::string& help, const char* rest = ".") {
  return {.name = name,
          .argument = "SECONDS",
          .initial = initial,
          .help = help + "from " + std::to_string(Least) + " to " + std::to_string(Most) + rest,
          .set = set_seconds<Member, Least, Most>};
}

const std::string public_key_algorithms = name_public_key_algorithms();

const IssuerSetting list[] = {
    {.name = "audience",
     .argument = "WORDS",
     .help = "A token's `aud` must contain one of these, which have no comma or semicolon. Required.",
     .set = set_audience},
    {.name = "tool-audience",
     .argument = "WORDS",
     .help = "With tool-user-token, a user's token for the tool plane must contain one of these in its `aud`, and "
             "the API plane refuses such tokens. Required with tool-user-token. None of them may be in `audience`.",
     .set = set_tool_audience},

    {.name = "keys",
     .argument = "discovery|none",
     .initial = "discovery",
     .help = "Where its keys come from. discovery: from the URL in its metadata, at "
             "/.well-known/openid-configuration or /.well-known/oauth-authorization-server; the issuer must be an "
             "https URL without a query. none: it issues no JWTs, only opaque tokens, checked by introspection. One "
             "of jwks-url, jwks-file and shared-secret-file can replace this setting.",
     .set = set_keys},
    {.name = "jwks-url", .argument = "URL", .help = "The https URL of its keys.", .set = set_jwks_url},
    {.name = "jwks-file",
     .argument = "FILE",
     .help = "A JWK set with its keys, at most " + std::to_string(KeySet::most_bytes / 1024) +
             " KiB; at least one key must fit `algorithms`. Read at the start and at SIGHUP.",
     .set = set_jwks_file},
    {.name = "shared-secret-file",
     .argument = "FILE",
     .help = "A secret shared with the issuer, for HS256: at least " + std::to_string(crypto::least_hmac_secret) +
             " bytes. Other users must not be able to read the file.",
     .set = set_shared_secret},
    {.name = "ca",
     .argument = "FILE",
     .help = "Certificate authorities, PEM, for https to the issuer. Default: the system's.",
     .set = set_text<&IssuerConfig::ca>},

    {.name = "algorithms",
     .argument = "WORDS",
     .initial = public_key_algorithms.c_str(),
     .help = "The algorithms that it may sign with, of these. With a shared secret, HS256 only.",
     .set = set_algorithms},
    {.name = "headers",
     .argument = "WORDS",
     .initial = "authorization",
     .help = "The request headers that may carry its tokens: authorization, token, or both.",
     .set = set_headers},
    {.name = "type",
     .argument = "WORD",
     .help = "The `typ` that its JWTs must have; at+jwt for RFC 9068. Default: at+jwt, JWT or no `typ`.",
     .set = set_type},
    seconds_row<&IssuerConfig::leeway, 0, 600>("leeway", "60",
                                               "How far its clock and this host's may differ, for exp, nbf and iat: "),

    {.name = "user-claim",
     .argument = "NAME",
     .initial = "sub",
     .help = "The claim that names the user and decides the tenant; users must not be able to choose its value. It "
             "may be a path: act.sub is the member `sub` of the claim `act`. A claim with the whole name takes "
             "precedence.",
     .set = set_claim<&IssuerConfig::user_claim>},
    {.name = "uuid-users",
     .argument = "on|off",
     .initial = "on",
     .help = "Whether a user that is a UUID is the tenant with that id. Every other user, and with off every user, "
             "becomes a tenant of this issuer's own (UUIDv5). With more than one issuer it must be set for each.",
     .set = set_switch<&IssuerConfig::uuid_users>},
    {.name = "scope-claim",
     .argument = "NAME",
     .initial = "scope",
     .help = "The claim with the token's scopes: a text with spaces, or a list. It may be a path, like user-claim, "
             "such as realm_access.roles.",
     .set = set_claim<&IssuerConfig::scope_claim>},
    {.name = "scope-map",
     .argument = "WORD=SCOPE...",
     .help = "The scopes that the claim's words stand for. Repeat a word to give it several scopes; a word that is "
             "not listed gives none. Without a map the words are Tacit's own: " +
             crypto::joined(scope_names(store::api_scopes), ", ") + ".",
     .set = set_scope_map},
    {.name = "default-scopes",
     .argument = "SCOPES",
     .help = "The scopes of a JWT without that claim; not for at+jwt and opaque tokens. Default: none.",
     .set = set_default_scopes},

    {.name = "introspection",
     .argument = "discovery|URL",
     .help = "Ask the issuer about opaque tokens (RFC 7662), at the endpoint in its metadata or at this URL. For at "
             "most one issuer. Without it opaque tokens are refused.",
     .set = set_introspection},
    {.name = "client-id",
     .argument = "NAME",
     .help = "The client id to ask with; the issuer must know it. Required with introspection.",
     .set = set_text<&IssuerConfig::client_id>},
    {.name = "client-secret-file",
     .argument = "FILE",
     .help = "Its secret. Other users must not be able to read the file. Required with introspection.",
     .set = set_client_secret},
    {.name = "client-tokens",
     .argument = "on|off",
     .initial = "off",
     .help = "Whether an opaque token without a user in the issuer's answer belongs to a client itself; the client "
             "is then the user. Keep it off if the issuer omits its users' sub: they would all be one tenant.",
     .set = set_switch<&IssuerConfig::client_tokens>},
    seconds_row<&IssuerConfig::introspection_cache, 0, day>(
        "introspection-cache", "30", "How long its answer is used at most, ", ". A revoked token works that long."),
    seconds_row<&IssuerConfig::negative_cache, 0, day>("introspection-negative-cache", "5",
                                                       "How long its answer that a token is not active is used, "),

    seconds_row<&IssuerConfig::refresh_least, 1, day>(
        "refresh-least", "60", "The shortest time between fetches of its keys, whatever its Cache-Control says: "),
    seconds_row<&IssuerConfig::refresh_most, 1, 30 * day>("refresh-most", "3600",
                                                          "The longest time between fetches of its keys: "),
    seconds_row<&IssuerConfig::keep_stale, 0, 365 * day>("keep-keys", "86400",
                                                         "How long the last good keys are used while it is down, "),
    seconds_row<&IssuerConfig::fetch_timeout, 1, 60>("fetch-timeout", "5", "How long one request to it may take, "),
};

}  // namespace

std::span<const IssuerSetting> issuer_settings() { return list; }

IssuerConfig default_issuer_config() {
  IssuerConfig config;
  for (const IssuerSetting& setting : list) {
    if (*setting.initial != '\0') setting.set(config, setting.initial);
  }
  return config;
}

}  // namespace tacit::auth
