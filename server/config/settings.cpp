#include "server/config/settings.hpp"

#include <algorithm>
#include <vector>

#include "auth/authenticator.hpp"
#include "auth/limits/rate_limiter.hpp"
#include "http/chain/peer_limits.hpp"
#include "server/config/errors.hpp"
#include "server/config/setting_text.hpp"
#include "server/config/values.hpp"
#include "store/model/defaults.hpp"

namespace tacit::server {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 46;  // a quarter of a process's address space on x86-64
constexpr std::uint64_t most_connections = 1'000'000;
constexpr std::uint64_t day = 86400;
constexpr std::uint64_t month = 31 * day;
constexpr std::uint64_t most_requests = 1'000'000'000'000;
constexpr std::uint64_t most_rate = auth::Rate::most;

Planes planes(std::string_view text) {
  if (text == "api") return Planes::api;
  if (text == "tools") return Planes::tools;
  if (text == "both") return Planes::both;
  throw UsageError(shown(text) + " is not one of api, tools, both");
}

LogLevel log_level(std::string_view text) {
  if (const auto level = http::find_log_level(text)) return *level;
  throw UsageError(shown(text) + " is not one of debug, info, warn, error");
}

http::ForwardedField forwarded_header(std::string_view text) {
  if (text == "x-forwarded-for") return http::ForwardedField::x_forwarded_for;
  if (text == "forwarded") return http::ForwardedField::forwarded;
  throw UsageError(shown(text) + " is neither x-forwarded-for nor forwarded");
}

// Setters, one for each type of value, so that the tables below contain no code.
template <auto Member>
void set_path(Config& config, std::string_view text) {
  config.*Member = read_path(text);
}
/// An empty value removes a path set by an earlier source.
template <auto Member>
void set_optional_path(Config& config, std::string_view text) {
  config.*Member = text;
}
template <auto Member>
void set_endpoint(Config& config, std::string_view text) {
  config.*Member = read_endpoint(text);
}
template <auto Member>
void set_networks(Config& config, std::string_view text) {
  config.*Member = read_networks(text);
}
template <auto Member, std::uint64_t Least, std::uint64_t Most>
void set_number(Config& config, std::string_view text) {
  using Type = std::remove_reference_t<decltype(config.*Member)>;
  config.*Member = static_cast<Type>(read_number(text, Least, Most));
}
template <auto Member, std::uint64_t Least>
void set_bytes(Config& config, std::string_view text) {
  config.*Member = read_size(text, Least, most_bytes);
}
template <auto Member>
void set_timeout(Config& config, std::string_view text) {
  config.timeouts.*Member = read_seconds(text, 1, day);
}

// Defaults defined in the folders that use them.
constexpr auth::AuthenticatorOptions authentication{};
constexpr http::PeerLimits peers{};
constexpr http::Timeouts times{};

constexpr auto store_group = SettingGroup::store;
constexpr auto private_group = SettingGroup::private_key;
constexpr auto serving = SettingGroup::serving;
constexpr auto asking = SettingGroup::asking;

constexpr auto restart = ChangedBy::restart;
constexpr auto reload = ChangedBy::reload;

constexpr Setting listeners[] = {
    {"plane", "api|tools|both", "both", "Which listeners to run: api, tools or both.", serving | asking, restart,
     [](Config& config, std::string_view text) { config.plane = planes(text); }},

    {"api-listen", "ADDRESS:PORT", "127.0.0.1:8443",
     "Address of the API plane. Port 0 selects a free port. A socket passed by systemd (tacit-api.socket) takes "
     "precedence.",
     serving, restart, set_endpoint<&Config::api_listen>},
    {"api-certificate", "FILE", "", "The API plane's certificate chain, PEM, leaf first.", serving, reload,
     set_optional_path<&Config::api_certificate>},
    {"api-certificate-key", "FILE", "", "Its private key, PEM. Other users must not have access.", serving, reload,
     set_optional_path<&Config::api_certificate_key>},

    {"ticket-keys", "FILE", "",
     "Keys of TLS session tickets, shared by the servers behind one name, so that each resumes the others' sessions: "
     "80 bytes each, binary or base64. The first key encrypts. Without it each server generates its own keys.",
     serving, reload, set_optional_path<&Config::ticket_keys>},

    {"tool-listen", "ADDRESS:PORT", "127.0.0.1:8444",
     "Address of the tool plane. Keep it on the private network. A socket passed by systemd takes precedence.", serving,
     restart, set_endpoint<&Config::tool_listen>},
    {"tool-certificate", "FILE", "", "The tool plane's certificate chain, PEM, leaf first.", serving, reload,
     set_optional_path<&Config::tool_certificate>},
    {"tool-certificate-key", "FILE", "", "Its private key, PEM. Other users must not have access.", serving, reload,
     set_optional_path<&Config::tool_certificate_key>},
    {"tool-client-ca", "FILE", "",
     "The CA certificates, PEM, that tool runtimes' certificates must chain to: roots, or only intermediate "
     "CAs. "
     "Use a CA that signs nothing else.",
     serving, reload, set_optional_path<&Config::tool_client_ca>},
    {"tool-client-crl", "FILE", "",
     "The CRLs, PEM, of the CAs in tool-client-ca, one for each CA. Listed certificates are refused; after a "
     "reload also on open connections. A certificate that no CRL covers is refused, too. An outdated CRL "
     "still refuses the certificates that it lists. Without this setting no certificate is revoked.",
     serving, reload, set_optional_path<&Config::tool_client_crl>},
    {"tool-identities", "FILE", "",
     "The tools that each tool runtime may ask for, one line each, as in /usr/share/doc/tacit/tool-identities.sample.",
     serving, reload, set_optional_path<&Config::tool_identities>},

    {"tool-user-token", "on|off", "off",
     "Whether a resolve must carry a credential of the user whose secret it requests, in `token` or `Authorization`, "
     "so that a runtime's certificate alone releases no secret: a token for the issuer's tool-audience, or an API key "
     "with the scope tools:use. With issuers, each needs tool-audience.",
     serving, restart, [](Config& config, std::string_view text) { config.tool_user_token = read_switch(text); }},

    {"admin-listen", "ADDRESS:PORT", "",
     "Address of /healthz, /readyz and /metrics, over plain HTTP and without a credential: a loopback, private or "
     "link-local address. Without it they are not served. Each process needs its own address.",
     serving, restart,
     [](Config& config, std::string_view text) { config.admin_listen = read_private_endpoint(text); }},
    {"control-directory", "DIRECTORY", "",
     "Directory of the Unix socket that `tacit reload` and `tacit status` connect to: control-PID.sock, accessible to "
     "root and the server's user. Default: the unit's runtime directory under systemd, otherwise the "
     "store's directory.",
     serving | asking, restart, set_optional_path<&Config::control_directory>},
};

constexpr Setting behind_a_balancer[] = {
    {"proxy-protocol-from", "NETWORKS", "",
     "Load balancers, as 10.0.0.0/8,192.0.2.7, separated by commas or blanks: their connections must begin with a "
     "PROXY protocol header (version "
     "1 or 2), which contains the client's address; all other connections must not.",
     serving, restart, set_networks<&Config::proxy_protocol_from>},
    {"forwarded-from", "NETWORKS", "",
     "Proxies that terminate TLS, separated by commas or blanks: a header field of their requests contains the "
     "client's address. The field is ignored in other "
     "requests.",
     serving, restart, set_networks<&Config::forwarded_from>},
    {"forwarded-header", "x-forwarded-for|forwarded", "x-forwarded-for",
     "The header field that these proxies write. The other one is ignored, because clients may send it.", serving,
     restart, [](Config& config, std::string_view text) { config.forwarded_header = forwarded_header(text); }},
};

constexpr Setting tokens[] = {
    {"issuers", "FILE", "",
     "The trusted token issuers, one section each, as in /usr/share/doc/tacit/issuers.sample; its settings are "
     "below. Without it only API keys are accepted. Clients can discover the issuers if public-url is set.",
     serving, reload, set_optional_path<&Config::issuers>},
    {"public-url", "URL", "",
     "The API's URL for clients: https://host. With issuers, /.well-known/oauth-protected-resource contains it, and "
     "each 401 refers to that document. Without it that path is 404, and a 401 contains no reference.",
     serving, reload, [](Config& config, std::string_view text) { config.public_url = read_public_url(text); }},
    {"token-cache", "NUMBER", number_text<authentication.cached_tokens>,
     "Number of verified tokens cached per thread. 0: every token is verified again.", serving, restart,
     set_number<&Config::token_cache, 0, 1'000'000>},
    {"token-cache-time", "SECONDS", seconds_text<authentication.cached_at_most.count()>,
     "Longest time in the cache; never beyond a token's expiry.", serving, restart,
     [](Config& config, std::string_view text) { config.token_cache_time = read_seconds(text, 1, day); }},
};

constexpr Setting store_and_keys[] = {
    {"store", "DIRECTORY", "/var/lib/tacit/store", "The store. Several processes of one host may share it.",
     store_group | asking, restart, set_path<&Config::store>},
    {"backup-record", "FILE", "",
     "File in which `tacit backup` records a success, for /metrics and `tacit status`. Default: STORE.last-backup, "
     "beside the store. Only the backup user should be able to write to its directory.",
     store_group, restart, set_optional_path<&Config::backup_record>},
    {"map-size", "BYTES", size_text<store::defaults::map_size>,
     "Maximum size of the store: reserved address space, not memory or disk in use. The same for all processes.",
     store_group, restart, set_bytes<&Config::map_size, mebibyte>},
    {"root-public-keyring", "FILE", "", "The root public key: seals values, cannot open them.", store_group, reload,
     set_optional_path<&Config::root_public_keyring>},
    {"root-private-keyring", "FILE", "",
     "The root private key, which opens values. Only its owner may have access. With plane=api it is never opened.",
     private_group, reload, set_optional_path<&Config::root_private_keyring>},
    {"metadata-keyring", "FILE", "", "The key that seals names and bindings.", store_group, reload,
     set_optional_path<&Config::metadata_keyring>},
    {"store-timeout", "SECONDS", seconds_text<store::defaults::write_deadline.count()>,
     "Longest wait of a write, a release or a refusal for its audit entry to be on the disk; then it is answered "
     "503. After half of this time, further requests are answered 503 at once, and the server is not ready.",
     store_group, restart,
     [](Config& config, std::string_view text) { config.store_timeout = read_seconds(text, 1, 3600); }},
    {"scrub-within", "SECONDS", seconds_text<store::defaults::scrub_within.count()>,
     "Time after a deletion, a replacement or an erasure until its bytes are overwritten in the store's file, unless "
     "a reader still uses an older snapshot. 0: only `tacit scrub` overwrites them.",
     serving, restart, [](Config& config, std::string_view text) { config.scrub_within = read_seconds(text, 0, day); }},
    {"write-queue-items", "NUMBER", number_text<store::defaults::queue_items>,
     "Maximum number of writes that wait for the disk. Further requests are answered 503.", serving, restart,
     set_number<&Config::write_queue_items, 1, 1'000'000>},
    {"write-queue-bytes", "BYTES", size_text<store::defaults::queue_bytes>,
     "Maximum memory of waiting writes. Further requests are answered 503.", serving, restart,
     set_bytes<&Config::write_queue_bytes, mebibyte>},
};

constexpr Setting limits[] = {
    {"quota-default", "BYTES", size_text<store::defaults::quota>,
     "A tenant's storage quota, unless `tacit quota set` set its own.", store_group, reload,
     set_bytes<&Config::quota_default, 0>},
    {"api-keys-default", "NUMBER", number_text<store::defaults::api_keys>,
     "A tenant's limit of API keys that are not revoked, unless `tacit limits` set its own.", store_group, reload,
     set_number<&Config::api_keys_default, 0, 1'000'000>},
    {"secrets-default", "NUMBER", number_text<store::defaults::secrets>,
     "A tenant's limit of secrets, unless `tacit limits` set its own. A tenant above the limit keeps its secrets.",
     store_group, reload, set_number<&Config::secrets_default, 0, 1'000'000'000>},
    {"threads", "NUMBER", "0", "Number of serving threads. 0: one for each CPU of the process.", serving, restart,
     set_number<&Config::threads, 0, 1024>},
    {"max-connections", "NUMBER", number_text<http::default_max_connections>,
     "Maximum number of open connections of each plane.", serving, reload,
     set_number<&Config::max_connections, 1, most_connections>},
    {"max-connections-per-address", "NUMBER", "0",
     "Maximum number of open connections of one address. 0: no limit. Behind a load balancer that does not forward "
     "client addresses, all connections have its address.",
     serving, reload, set_number<&Config::max_connections_per_address, 0, most_connections>},
    {"connection-max-age", "SECONDS", "",
     "Maximum age of a connection. Then it is closed after its next answer, or when it is idle; up to a tenth earlier, "
     "so that not all are closed at once. Default: 3600 on the API plane, 900 on the tool plane. 0: no limit.",
     serving, restart,
     [](Config& config, std::string_view text) { config.connection_max_age = read_seconds(text, 0, month); }},
    {"tool-connection-max-age", "SECONDS", "", "The same for the tool plane only.", serving, restart,
     [](Config& config, std::string_view text) { config.tool_connection_max_age = read_seconds(text, 0, month); }},
    {"connection-max-requests", "NUMBER", number_text<peers.api.requests>,
     "Maximum number of requests of a connection, or up to a tenth fewer. Then it is closed after the answer. 0: no "
     "limit.",
     serving, restart, set_number<&Config::connection_max_requests, 0, most_requests>},
    {"buffer-memory", "BYTES", size_text<peers.buffer_memory>,
     "Maximum memory of requests being received and answers not yet sent. Further requests are answered 503. "
     "Request heads of the API plane may use half of it, the API plane as a whole three quarters.",
     serving, restart, set_bytes<&Config::buffer_memory, mebibyte>},
    {"request-rate", "NUMBER", "1000",
     "A tenant's sustained requests per second, unless `tacit limits set` set its own rate. Each process counts "
     "separately. Further requests are answered 429. 0: no limit.",
     serving, reload, set_number<&Config::request_rate, 0, most_rate>},
    {"request-burst", "NUMBER", "2000", "A tenant's requests in a burst, after a pause.", serving, reload,
     set_number<&Config::request_burst, 1, most_rate>},
    {"failed-auth-rate", "NUMBER", "1",
     "Sustained rate of invalid credentials per second from one client address (IPv6: a /64). Further invalid "
     "credentials are answered 429 instead of 401. 0: no limit.",
     serving, reload, set_number<&Config::failed_auth_rate, 0, most_rate>},
    {"failed-auth-burst", "NUMBER", "100", "Invalid credentials in a burst, after a pause.", serving, reload,
     set_number<&Config::failed_auth_burst, 1, most_rate>},
    {"issuer-ask-rate", "NUMBER", "50",
     "Tokens per second of one client address that require a request to an issuer: opaque tokens and unknown keys. On "
     "the tool plane a runtime's address counts for all its users. 0: no limit, except for an address above "
     "failed-auth-rate.",
     serving, reload, set_number<&Config::issuer_ask_rate, 0, most_rate>},
    {"issuer-ask-burst", "NUMBER", "500", "Such tokens in a burst.", serving, reload,
     set_number<&Config::issuer_ask_burst, 1, most_rate>},
};

constexpr Setting timeouts[] = {
    {"handshake-timeout", "SECONDS", seconds_text<times.handshake.count()>, "Longest duration of a TLS handshake.",
     serving, restart, set_timeout<&http::Timeouts::handshake>},
    {"header-timeout", "SECONDS", seconds_text<times.header.count()>, "Longest time to receive a request's head.",
     serving, restart, set_timeout<&http::Timeouts::header>},
    {"body-timeout", "SECONDS", seconds_text<times.body.count()>, "Longest time to receive a request's body.", serving,
     restart, set_timeout<&http::Timeouts::body>},
    {"write-timeout", "SECONDS", seconds_text<times.write.count()>,
     "Longest time for which a client may read an answer more slowly than write-rate.", serving, restart,
     set_timeout<&http::Timeouts::write>},
    {"write-rate", "BYTES", size_text<peers.write_rate>,
     "Bytes of an answer that a client must read per second, averaged over write-timeout. Slower clients are "
     "disconnected.",
     serving, restart, set_bytes<&Config::write_rate, 1>},
    {"idle-timeout", "SECONDS", seconds_text<times.idle.count()>,
     "Longest wait of a connection for its next request. Set it above the load balancer's, so that the balancer "
     "closes first.",
     serving, restart, set_timeout<&http::Timeouts::idle>},
    {"shutdown-timeout", "SECONDS", "30",
     "Longest wait of a stopping server for the requests that it has received. Incomplete requests get 3 s.", serving,
     restart, [](Config& config, std::string_view text) { config.shutdown_timeout = read_seconds(text, 1, day); }},
    {"drain-delay", "SECONDS", "0",
     "Time for which a stopping server still serves, so that the balancer can remove it. Each connection is closed "
     "after its next answer, so that clients reconnect to another server.",
     serving, restart, [](Config& config, std::string_view text) { config.drain_delay = read_seconds(text, 0, day); }},
};

constexpr Setting logs_and_audit[] = {
    {"audit-head-log", "SECONDS", "300",
     "Interval at which the newest audit entry's sequence and hash are logged, so that `tacit audit verify --anchor` "
     "detects a truncated or rewritten log. They are also logged at start and stop. 0: only then.",
     serving, restart,
     [](Config& config, std::string_view text) { config.audit_head_log = read_seconds(text, 0, day); }},
    {"log-level", "debug|info|warn|error", "info",
     "The lowest level to log: debug, info, warn or error. Audit heads are logged at any level.", serving, reload,
     [](Config& config, std::string_view text) { config.log_level = log_level(text); }},
    {"access-log", "on|off", "on",
     "Whether to log a line for each request. /healthz and /readyz are logged only when they fail.", serving, restart,
     [](Config& config, std::string_view text) { config.access_log = read_switch(text); }},
    {"access-log-sample", "NUMBER", "1",
     "Log one of this many successful requests; the line contains the number. Refusals except 429, failures, and "
     "requests that take a second or more are always logged.",
     serving, restart, set_number<&Config::access_log_sample, 1, 1'000'000>},
};

constexpr SettingTopic topics[] = {
    {"Listeners and TLS", listeners},
    {"Behind a load balancer", behind_a_balancer},
    {"Issuers and tokens", tokens},
    {"Store and keyrings", store_and_keys},
    {"Limits", limits},
    {"Timeouts", timeouts},
    {"Logs and audit", logs_and_audit},
};

}  // namespace

std::span<const SettingTopic> setting_topics() { return topics; }

std::span<const Setting> settings() {
  static const std::vector<Setting> all = [] {
    std::vector<Setting> list;
    for (const SettingTopic& topic : topics) list.insert(list.end(), topic.settings.begin(), topic.settings.end());
    return list;
  }();
  return all;
}

const Setting* find_setting(std::string_view name) {
  const auto all = settings();
  const auto found = std::ranges::find_if(all, [&](const Setting& setting) { return setting.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string environment_name(std::string_view setting_name) {
  std::string name = "TACIT_";
  for (const char c : setting_name)
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

}  // namespace tacit::server
