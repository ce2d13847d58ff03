#include "auth/issuers/issuer_settings.hpp"

#include "auth/issuers/issuer_values.hpp"

namespace tacit::auth {
namespace {

constexpr std::uint64_t day = 86400;

constexpr IssuerSetting list[] = {
    {.name = "audience",
     .argument = "WORDS",
     .help = "A token's `aud` must contain one of these, which have no comma or semicolon. Required.",
     .set = set_audience},
    {.name = "tool-audience",
     .argument = "WORDS",
     .help = "With tool-user-token, a user's token for the tool plane must contain one of these in its `aud`, and the "
             "API plane refuses such tokens. Required with tool-user-token. None of them may be in `audience`.",
     .set = set_tool_audience},

    {.name = "keys",
     .argument = "discovery|none",
     .initial = "discovery",
     .help =
         "Where its keys come from. discovery: from the URL in its metadata, at /.well-known/openid-configuration or "
         "/.well-known/oauth-authorization-server; the issuer must be an https URL without a query. none: it issues no "
         "JWTs, only opaque tokens, checked by introspection. One of jwks-url, jwks-file and shared-secret-file can "
         "replace this setting.",
     .set = set_keys},
    {.name = "jwks-url", .argument = "URL", .help = "The https URL of its keys.", .set = set_jwks_url},
    {.name = "jwks-file",
     .argument = "FILE",
     .help =
         "A JWK set with its keys, at most 256 KiB; at least one key must fit `algorithms`. Read at the start and at "
         "SIGHUP.",
     .set = set_jwks_file},
    {.name = "shared-secret-file",
     .argument = "FILE",
     .help = "A secret shared with the issuer, for HS256: at least 32 bytes. Other users must not be able to read the "
             "file.",
     .set = set_shared_secret},
    {.name = "ca",
     .argument = "FILE",
     .help = "Certificate authorities, PEM, for https to the issuer. Default: the system's.",
     .set = set_text<&IssuerConfig::ca>},

    {.name = "algorithms",
     .argument = "WORDS",
     .initial = "ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512",
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
    {.name = "leeway",
     .argument = "SECONDS",
     .initial = "60",
     .help = "How far its clock and this host's may differ, for exp, nbf and iat: from 0 to 600.",
     .set = set_seconds<&IssuerConfig::leeway, 0, 600>},

    {.name = "user-claim",
     .argument = "NAME",
     .initial = "sub",
     .help = "The claim that names the user and decides the tenant; users must not be able to choose its value. It may "
             "be a "
             "path: act.sub is the member `sub` of the claim `act`. A claim with the whole name takes precedence.",
     .set = set_claim<&IssuerConfig::user_claim>},
    {.name = "uuid-users",
     .argument = "on|off",
     .initial = "on",
     .help = "Whether a user that is a UUID is the tenant with that id. Every other user, and with off every user, "
             "becomes a "
             "tenant of this issuer's own (UUIDv5). With more than one issuer it must be set for each.",
     .set = set_switch<&IssuerConfig::uuid_users>},
    {.name = "scope-claim",
     .argument = "NAME",
     .initial = "scope",
     .help =
         "The claim with the token's scopes: a text with spaces, or a list. It may be a path, like user-claim, such as "
         "realm_access.roles.",
     .set = set_claim<&IssuerConfig::scope_claim>},
    {.name = "scope-map",
     .argument = "WORD=SCOPE...",
     .help = "The scopes that the claim's words stand for. Repeat a word to give it several scopes; a word that is not "
             "listed "
             "gives none. Without a map the words are Tacit's own: secrets:read, secrets:write, keys:manage.",
     .set = set_scope_map},
    {.name = "default-scopes",
     .argument = "SCOPES",
     .help = "The scopes of a JWT without that claim; not for at+jwt and opaque tokens. Default: none.",
     .set = set_default_scopes},

    {.name = "introspection",
     .argument = "discovery|URL",
     .help = "Ask the issuer about opaque tokens (RFC 7662), at the endpoint in its metadata or at this URL. For at "
             "most one "
             "issuer. Without it opaque tokens are refused.",
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
     .help = "Whether an opaque token without a user in the issuer's answer belongs to a client itself; the client is "
             "then the "
             "user. Keep it off if the issuer omits its users' sub: they would all be one tenant.",
     .set = set_switch<&IssuerConfig::client_tokens>},
    {.name = "introspection-cache",
     .argument = "SECONDS",
     .initial = "30",
     .help = "How long its answer is used at most, from 0 to 86400. A revoked token works that long.",
     .set = set_seconds<&IssuerConfig::introspection_cache, 0, day>},
    {.name = "introspection-negative-cache",
     .argument = "SECONDS",
     .initial = "5",
     .help = "How long its answer that a token is not active is used, from 0 to 86400.",
     .set = set_seconds<&IssuerConfig::negative_cache, 0, day>},

    {.name = "refresh-least",
     .argument = "SECONDS",
     .initial = "60",
     .help = "The shortest time between fetches of its keys, whatever its Cache-Control says: from 1 to 86400.",
     .set = set_seconds<&IssuerConfig::refresh_least, 1, day>},
    {.name = "refresh-most",
     .argument = "SECONDS",
     .initial = "3600",
     .help = "The longest time between fetches of its keys: from 1 to 2592000.",
     .set = set_seconds<&IssuerConfig::refresh_most, 1, 30 * day>},
    {.name = "keep-keys",
     .argument = "SECONDS",
     .initial = "86400",
     .help = "How long the last good keys are used while it is down, from 0 to 31536000.",
     .set = set_seconds<&IssuerConfig::keep_stale, 0, 365 * day>},
    {.name = "fetch-timeout",
     .argument = "SECONDS",
     .initial = "5",
     .help = "How long one request to it may take, from 1 to 60.",
     .set = set_seconds<&IssuerConfig::fetch_timeout, 1, 60>},
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
