// The settings of listeners, TLS, load balancers, issuers and tokens: names, defaults, help texts, and whether a reload
// applies them.
#include "server/config/settings_table.hpp"

#include "auth/authenticator.hpp"
#include "server/config/errors.hpp"
#include "server/config/setting_setters.hpp"
#include "server/config/setting_text.hpp"

namespace tacit::server {
namespace {

constexpr auto serving = SettingGroup::serving;
constexpr auto asking = SettingGroup::asking;

/// The default is defined in the folder that uses it.
constexpr auth::AuthenticatorOptions authentication{};

Planes planes(std::string_view text) {
  if (text == "api") return Planes::api;
  if (text == "tools") return Planes::tools;
  if (text == "both") return Planes::both;
  throw UsageError(shown(text) + " is not one of api, tools, both");
}

http::ForwardedField forwarded_header(std::string_view text) {
  if (text == "x-forwarded-for") return http::ForwardedField::x_forwarded_for;
  if (text == "forwarded") return http::ForwardedField::forwarded;
  throw UsageError(shown(text) + " is neither x-forwarded-for nor forwarded");
}

void set_plane(Config& config, std::string_view text) { config.plane = planes(text); }
void set_admin_listen(Config& config, std::string_view text) { config.admin_listen = read_private_endpoint(text); }
void set_forwarded_header(Config& config, std::string_view text) { config.forwarded_header = forwarded_header(text); }
void set_public_url(Config& config, std::string_view text) { config.public_url = read_public_url(text); }
void set_console_issuer(Config& config, std::string_view text) { config.console_issuer = read_issuer_url(text); }
void set_console_client_id(Config& config, std::string_view text) { config.console_client_id = text; }

void set_cors_origins(Config& config, std::string_view text) { config.cors_origins = read_origins(text); }

constexpr Setting listeners[] = {
    {.name = "plane",
     .argument = "api|tools|both",
     .initial = "both",
     .help = "Which listeners to run: api, tools or both.",
     .group = serving | asking,
     .changed_by = ChangedBy::restart,
     .set = set_plane},
    {.name = "api-listen",
     .argument = "ADDRESS:PORT",
     .initial = "127.0.0.1:8443",
     .help = "Address of the API plane. Port 0 selects a free port. A socket passed by systemd (tacit-api.socket) "
             "takes precedence.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_endpoint<&Config::api_listen>},
    {.name = "api-certificate",
     .argument = "FILE",
     .help = "The API plane's certificate chain, PEM, leaf first.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::api_certificate>},
    {.name = "api-certificate-key",
     .argument = "FILE",
     .help = "Its private key, PEM. Other users must not have access.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::api_certificate_key>},
    {.name = "ticket-keys",
     .argument = "FILE",
     .help = "Keys of TLS session tickets, shared by the servers behind one name, so that each resumes the others' "
             "sessions: 80 bytes each, binary or base64. The first key encrypts. Without it each server generates "
             "its own keys.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::ticket_keys>},
    {.name = "tool-listen",
     .argument = "ADDRESS:PORT",
     .initial = "127.0.0.1:8444",
     .help = "Address of the tool plane. Keep it on the private network. A socket passed by systemd takes "
             "precedence.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_endpoint<&Config::tool_listen>},
    {.name = "tool-certificate",
     .argument = "FILE",
     .help = "The tool plane's certificate chain, PEM, leaf first.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::tool_certificate>},
    {.name = "tool-certificate-key",
     .argument = "FILE",
     .help = "Its private key, PEM. Other users must not have access.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::tool_certificate_key>},
    {.name = "tool-client-ca",
     .argument = "FILE",
     .help = "The CA certificates, PEM, that tool runtimes' certificates must chain to: roots, or only "
             "intermediate CAs. Use a CA that signs nothing else.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::tool_client_ca>},
    {.name = "tool-client-crl",
     .argument = "FILE",
     .help = "The CRLs, PEM, of the CAs in tool-client-ca, one for each CA. Listed certificates are refused; after "
             "a reload also on open connections. A certificate that no CRL covers is refused, too. An outdated CRL "
             "still refuses the certificates that it lists. Without this setting no certificate is revoked.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::tool_client_crl>},
    {.name = "tool-identities",
     .argument = "FILE",
     .help = "The tools that are granted to each tool runtime, one line each, as in "
             "/usr/share/doc/tacit/tool-identities.sample.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::tool_identities>},
    {.name = "tool-user-token",
     .argument = "on|off",
     .initial = "off",
     .help = "Whether a resolve must carry a credential of the user whose secret it requests, in `token` or "
             "`Authorization`, so that a runtime's certificate alone releases no secret: a token for the issuer's "
             "tool-audience, or an API key with the scope tools:use. With issuers, each needs tool-audience.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_switch<&Config::tool_user_token>},
    {.name = "admin-listen",
     .argument = "ADDRESS:PORT",
     .help = "Address of /healthz, /readyz and /metrics, over plain HTTP and without a credential: a loopback, "
             "private or link-local address. Without it they are not served. Each process needs its own address.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_admin_listen},
    {.name = "control-directory",
     .argument = "DIRECTORY",
     .help = "Directory of the Unix socket that `tacit reload` and `tacit status` connect to: control-PID.sock, "
             "accessible to root and the server's user. Default: the unit's runtime directory under systemd, "
             "otherwise the store's directory.",
     .group = serving | asking,
     .changed_by = ChangedBy::restart,
     .set = set_optional_path<&Config::control_directory>},
};

constexpr Setting behind_a_balancer[] = {
    {.name = "proxy-protocol-from",
     .argument = "NETWORKS",
     .help = "Load balancers, as 10.0.0.0/8,192.0.2.7, separated by commas or blanks: their connections must begin "
             "with a PROXY protocol header (version 1 or 2), which contains the client's address; all other "
             "connections must not.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_networks<&Config::proxy_protocol_from>},
    {.name = "forwarded-from",
     .argument = "NETWORKS",
     .help = "Proxies that terminate TLS, separated by commas or blanks: a header field of their requests contains "
             "the client's address. The field is ignored in other requests.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_networks<&Config::forwarded_from>},
    {.name = "forwarded-header",
     .argument = "x-forwarded-for|forwarded",
     .initial = "x-forwarded-for",
     .help = "The header field that these proxies write. The other one is ignored, because clients may send it.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_forwarded_header},
};

constexpr Setting tokens[] = {
    {.name = "issuers",
     .argument = "FILE",
     .help = "The trusted token issuers, one section each, as in /usr/share/doc/tacit/issuers.sample; its settings "
             "are below. Without it only API keys are accepted. Clients can discover the issuers if public-url is "
             "set.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_optional_path<&Config::issuers>},
    {.name = "public-url",
     .argument = "URL",
     .help = "The API's URL for clients: https://host. With issuers, /.well-known/oauth-protected-resource "
             "contains it, and each 401 refers to that document. Without it that path is 404, and a 401 contains "
             "no reference. The tool plane's answers link to the console there (`add_url`).",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_public_url},
    {.name = "console",
     .argument = "on|off",
     .initial = "on",
     .help = "Whether the API plane serves the console at /console/, where people see and change their secrets in a "
             "browser.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_switch<&Config::console>},
    {.name = "console-issuer",
     .argument = "URL",
     .help = "The issuer, one of those in issuers, where people sign in to the console: by OpenID Connect, with a code "
             "and PKCE. Without it they sign in with an API key.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_console_issuer},
    {.name = "console-client-id",
     .argument = "TEXT",
     .help = "The console's client id at console-issuer, where it is a public client whose redirect URI is the API's "
             "address with /console/.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_console_client_id},
    {.name = "cors-origins",
     .argument = "ORIGINS",
     .help = "Origins of web applications whose pages may use the API in browsers, separated by commas: "
             "https://app.example.org. Without it browsers allow no page but the API's own.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_cors_origins},
    {.name = "token-cache",
     .argument = "NUMBER",
     .initial = number_text<authentication.cached_tokens>,
     .help = "Number of verified tokens cached per thread. 0: every token is verified again.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_number<&Config::token_cache, 0, 1'000'000>},
    {.name = "token-cache-time",
     .argument = "SECONDS",
     .initial = seconds_text<authentication.cached_at_most.count()>,
     .help = "Longest time in the cache; never beyond a token's expiry.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_seconds<&Config::token_cache_time, 1, day>},
};

}  // namespace

std::span<const Setting> listener_settings() { return listeners; }
std::span<const Setting> balancer_settings() { return behind_a_balancer; }
std::span<const Setting> token_settings() { return tokens; }

}  // namespace tacit::server
