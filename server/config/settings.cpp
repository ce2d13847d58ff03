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
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 46;  // a quarter of what x86-64 gives a process to map
constexpr std::uint64_t most_connections = 1'000'000;
constexpr std::uint64_t day = 86400;
constexpr std::uint64_t month = 31 * day;
constexpr std::uint64_t most_requests = 1'000'000'000'000;
constexpr std::uint64_t most_rate = auth::Rate::most;

Planes planes(std::string_view text) {
  if (text == "api") return Planes::api;
  if (text == "tools") return Planes::tools;
  if (text == "both") return Planes::both;
  throw UsageError(shown(text) + " is none of api, tools, both");
}

LogLevel log_level(std::string_view text) {
  if (const auto level = http::find_log_level(text)) return *level;
  throw UsageError(shown(text) + " is none of debug, info, warn, error");
}

http::ForwardedField forwarded_header(std::string_view text) {
  if (text == "x-forwarded-for") return http::ForwardedField::x_forwarded_for;
  if (text == "forwarded") return http::ForwardedField::forwarded;
  throw UsageError(shown(text) + " is neither x-forwarded-for nor forwarded");
}

// How the text becomes the member. Written once for each type, so that the list below stays a list.
template <auto Member>
void set_path(Config& config, std::string_view text) {
  config.*Member = read_path(text);
}
/// Empty: none, whatever is said elsewhere.
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

// Defaults that are those of the folders that use them.
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
     "Where the API plane listens. Port 0 takes any free one. A socket that systemd holds for it (tacit-api.socket) "
     "counts instead.",
     serving, restart, set_endpoint<&Config::api_listen>},
    {"api-certificate", "FILE", "", "The API plane's certificate chain, PEM, leaf first.", serving, reload,
     set_optional_path<&Config::api_certificate>},
    {"api-certificate-key", "FILE", "", "Its private key, PEM. Others must not be able to read it.", serving, reload,
     set_optional_path<&Config::api_certificate_key>},

    {"ticket-keys", "FILE", "",
     "Keys of TLS session tickets, shared by the servers behind one name, so that each resumes the others' sessions: "
     "80 bytes each, binary or in base64. The first encrypts. Without it each server has keys of its own.",
     serving, reload, set_optional_path<&Config::ticket_keys>},

    {"tool-listen", "ADDRESS:PORT", "127.0.0.1:8444",
     "Where the tool plane listens. Keep it on the private network. A socket that systemd holds for it counts instead.",
     serving, restart, set_endpoint<&Config::tool_listen>},
    {"tool-certificate", "FILE", "", "The tool plane's certificate chain, PEM, leaf first.", serving, reload,
     set_optional_path<&Config::tool_certificate>},
    {"tool-certificate-key", "FILE", "", "Its private key, PEM. Others must not be able to read it.", serving, reload,
     set_optional_path<&Config::tool_certificate_key>},
    {"tool-client-ca", "FILE", "",
     "The CA certificates, PEM, that tool runtimes' certificates must chain to: roots, or intermediate ones alone. Use "
     "a "
     "CA that signs nothing else.",
     serving, reload, set_optional_path<&Config::tool_client_ca>},
    {"tool-client-crl", "FILE", "",
     "The CRLs, PEM, of the CAs in tool-client-ca, one of each. A certificate that they list is refused; after a "
     "reload also on connections that are open. A certificate that none of them covers is refused, too. A CRL that is "
     "out of date goes on refusing what it lists. Without this setting nothing is revoked.",
     serving, reload, set_optional_path<&Config::tool_client_crl>},
    {"tool-identities", "FILE", "",
     "Which tool runtime may ask for which tools, a line for each, as in /usr/share/doc/tacit/tool-identities.sample.",
     serving, reload, set_optional_path<&Config::tool_identities>},

    {"tool-user-token", "on|off", "off",
     "Whether a resolve must bring the token of the user it asks for, in `token` or `Authorization`: then a runtime's "
     "certificate alone releases nothing.",
     serving, restart, [](Config& config, std::string_view text) { config.tool_user_token = read_switch(text); }},

    {"admin-listen", "ADDRESS:PORT", "",
     "Where /healthz, /readyz and /metrics are answered over plain HTTP, without a credential: a loopback, private or "
     "link-local address. Without it nowhere. Each process needs one of its own.",
     serving, restart,
     [](Config& config, std::string_view text) { config.admin_listen = read_private_endpoint(text); }},
    {"control-directory", "DIRECTORY", "",
     "Where the server puts the Unix socket on which `tacit reload` and `tacit status` ask it: control-PID.sock, for "
     "root and its own user. Without it that is the runtime directory that systemd gives a unit, elsewhere the "
     "store's directory.",
     serving | asking, restart, set_optional_path<&Config::control_directory>},
};

constexpr Setting behind_a_balancer[] = {
    {"proxy-protocol-from", "NETWORKS", "",
     "Load balancers, as 10.0.0.0/8,192.0.2.7, separated by commas or blanks: connections from there must begin with a "
     "PROXY protocol header (version "
     "1 or 2) that says who the client is, all others must not.",
     serving, restart, set_networks<&Config::proxy_protocol_from>},
    {"forwarded-from", "NETWORKS", "",
     "Proxies that end TLS, separated by commas or blanks: in requests from there a header field says who the client "
     "is. From elsewhere it means "
     "nothing.",
     serving, restart, set_networks<&Config::forwarded_from>},
    {"forwarded-header", "x-forwarded-for|forwarded", "x-forwarded-for",
     "Which header field these proxies write. The other one means nothing, for clients may send it.", serving, restart,
     [](Config& config, std::string_view text) { config.forwarded_header = forwarded_header(text); }},
};

constexpr Setting tokens[] = {
    {"issuers", "FILE", "",
     "Whose tokens are good, a section for each issuer, as in /usr/share/doc/tacit/issuers.sample; its settings are "
     "below. Without it only API keys are. Clients are told of the issuers if there is a public-url.",
     serving, reload, set_optional_path<&Config::issuers>},
    {"public-url", "URL", "",
     "Where clients reach the API: https://host. With issuers, /.well-known/oauth-protected-resource tells it, and "
     "each 401 leads there. Without it that is 404, and a 401 leads nowhere.",
     serving, reload, [](Config& config, std::string_view text) { config.public_url = read_public_url(text); }},
    {"token-cache", "NUMBER", number_text<authentication.cached_tokens>,
     "How many verified tokens each thread remembers. 0: every token is verified anew.", serving, restart,
     set_number<&Config::token_cache, 0, 1'000'000>},
    {"token-cache-time", "SECONDS", seconds_text<authentication.cached_at_most.count()>,
     "For how long at most, and never past a token's end.", serving, restart,
     [](Config& config, std::string_view text) { config.token_cache_time = read_seconds(text, 1, day); }},
};

constexpr Setting store_and_keys[] = {
    {"store", "DIRECTORY", "/var/lib/tacit/store", "Where the store is. Several processes of one host may share it.",
     store_group | asking, restart, set_path<&Config::store>},
    {"backup-record", "FILE", "",
     "Where `tacit backup` notes that it has succeeded, for /metrics and `tacit status`. Without it beside the store, "
     "STORE.last-backup. Only the user that makes backups should be able to write to its directory.",
     store_group, restart, set_optional_path<&Config::backup_record>},
    {"map-size", "BYTES", size_text<store::defaults::map_size>,
     "How large the store may grow: address space reserved, not memory or disk used. Give all processes the same.",
     store_group, restart, set_bytes<&Config::map_size, mebibyte>},
    {"root-public-keyring", "FILE", "", "The root public key: seals values, opens nothing.", store_group, reload,
     set_optional_path<&Config::root_public_keyring>},
    {"root-private-keyring", "FILE", "",
     "The root private key: opens values. Only its owner may be able to read it. With plane=api it is never opened.",
     private_group, reload, set_optional_path<&Config::root_private_keyring>},
    {"metadata-keyring", "FILE", "", "The key that seals names and bindings.", store_group, reload,
     set_optional_path<&Config::metadata_keyring>},
    {"store-timeout", "SECONDS", seconds_text<store::defaults::write_deadline.count()>,
     "How long a change, a release or a refusal waits for its audit entry to be on the disk. Beyond, it is answered "
     "503; when half of it has passed, others are at once, and the server is not ready.",
     store_group, restart,
     [](Config& config, std::string_view text) { config.store_timeout = read_seconds(text, 1, 3600); }},
    {"scrub-within", "SECONDS", seconds_text<store::defaults::scrub_within.count()>,
     "How long after a deletion, a replacement or an erasure its bytes are overwritten in the store's file, unless "
     "somebody still reads a state that has them. 0: only `tacit scrub` does it.",
     serving, restart, [](Config& config, std::string_view text) { config.scrub_within = read_seconds(text, 0, day); }},
    {"write-queue-items", "NUMBER", number_text<store::defaults::queue_items>,
     "How many changes may wait for the disk. Beyond, requests are answered 503.", serving, restart,
     set_number<&Config::write_queue_items, 1, 1'000'000>},
    {"write-queue-bytes", "BYTES", size_text<store::defaults::queue_bytes>,
     "How much waiting changes may hold. Beyond, requests are answered 503.", serving, restart,
     set_bytes<&Config::write_queue_bytes, mebibyte>},
};

constexpr Setting limits[] = {
    {"quota-default", "BYTES", size_text<store::defaults::quota>,
     "What a tenant may store, unless `tacit quota set` gave it a limit of its own.", store_group, reload,
     set_bytes<&Config::quota_default, 0>},
    {"api-keys-default", "NUMBER", number_text<store::defaults::api_keys>,
     "How many API keys a tenant may have that are not revoked, unless `tacit limits` gave it a limit of its own.",
     store_group, reload, set_number<&Config::api_keys_default, 0, 1'000'000>},
    {"secrets-default", "NUMBER", number_text<store::defaults::secrets>,
     "How many secrets a tenant may have, unless `tacit limits` gave it a limit of its own. Who has more keeps them.",
     store_group, reload, set_number<&Config::secrets_default, 0, 1'000'000'000>},
    {"threads", "NUMBER", "0", "How many threads serve. 0: as many as the process has CPUs.", serving, restart,
     set_number<&Config::threads, 0, 1024>},
    {"max-connections", "NUMBER", number_text<http::default_max_connections>,
     "How many connections each plane may have open at once.", serving, reload,
     set_number<&Config::max_connections, 1, most_connections>},
    {"max-connections-per-address", "NUMBER", "0",
     "How many of them one address may hold. 0: no limit. Behind a load balancer that does not tell who its clients "
     "are, all come from its address.",
     serving, reload, set_number<&Config::max_connections_per_address, 0, most_connections>},
    {"connection-max-age", "SECONDS", "",
     "How old a connection may get. Then it is closed after its next answer, or when it is idle; up to a tenth sooner, "
     "so that not all are closed at once. Without it 3600 on the API plane and 900 on the tool plane. 0: no limit.",
     serving, restart,
     [](Config& config, std::string_view text) { config.connection_max_age = read_seconds(text, 0, month); }},
    {"tool-connection-max-age", "SECONDS", "", "The same for the tool plane alone.", serving, restart,
     [](Config& config, std::string_view text) { config.tool_connection_max_age = read_seconds(text, 0, month); }},
    {"connection-max-requests", "NUMBER", number_text<peers.api.requests>,
     "How many requests a connection may make, or up to a tenth fewer. Then it is closed after the answer. 0: no "
     "limit.",
     serving, restart, set_number<&Config::connection_max_requests, 0, most_requests>},
    {"buffer-memory", "BYTES", size_text<peers.buffer_memory>,
     "How much memory requests and answers may take in all, while they are received and until clients have taken them. "
     "Beyond, requests are answered 503. Heads on the API plane may take half of it, that plane three quarters.",
     serving, restart, set_bytes<&Config::buffer_memory, mebibyte>},
    {"request-rate", "NUMBER", "1000",
     "How many requests a second a tenant may make in the long run, unless `tacit limits set` gave it a rate of its "
     "own. Counted by each process for itself. Beyond, requests are answered 429. 0: no limit.",
     serving, reload, set_number<&Config::request_rate, 0, most_rate>},
    {"request-burst", "NUMBER", "2000", "How many requests a tenant may make at once, after a pause.", serving, reload,
     set_number<&Config::request_burst, 1, most_rate>},
    {"failed-auth-rate", "NUMBER", "1",
     "How many bad credentials a second a client address (of IPv6 a /64) may present in the long run. Beyond, those "
     "that are no good are answered 429 instead of 401. 0: no limit.",
     serving, reload, set_number<&Config::failed_auth_rate, 0, most_rate>},
    {"failed-auth-burst", "NUMBER", "100", "How many bad credentials it may present at once, after a pause.", serving,
     reload, set_number<&Config::failed_auth_burst, 1, most_rate>},
    {"issuer-ask-rate", "NUMBER", "50",
     "Tokens a second that issuers are asked about for one client address, opaque ones and those of unknown keys. On "
     "the tool plane a runtime's address stands for all its users. 0: no limit, but for an address beyond its bad "
     "credentials.",
     serving, reload, set_number<&Config::issuer_ask_rate, 0, most_rate>},
    {"issuer-ask-burst", "NUMBER", "500", "How many of them may come at once.", serving, reload,
     set_number<&Config::issuer_ask_burst, 1, most_rate>},
};

constexpr Setting timeouts[] = {
    {"handshake-timeout", "SECONDS", seconds_text<times.handshake.count()>, "How long a TLS handshake may take.",
     serving, restart, set_timeout<&http::Timeouts::handshake>},
    {"header-timeout", "SECONDS", seconds_text<times.header.count()>, "How long a request's head may take to arrive.",
     serving, restart, set_timeout<&http::Timeouts::header>},
    {"body-timeout", "SECONDS", seconds_text<times.body.count()>, "How long a request's body may take to arrive.",
     serving, restart, set_timeout<&http::Timeouts::body>},
    {"write-timeout", "SECONDS", seconds_text<times.write.count()>,
     "For how long a client may take less of an answer than write-rate.", serving, restart,
     set_timeout<&http::Timeouts::write>},
    {"write-rate", "BYTES", size_text<peers.write_rate>,
     "How much of an answer a client has to take in a second, on average over write-timeout. Slower ones are cut off.",
     serving, restart, set_bytes<&Config::write_rate, 1>},
    {"idle-timeout", "SECONDS", seconds_text<times.idle.count()>,
     "How long a connection may wait for its next request. Longer than the load balancer's own, so that it closes "
     "first.",
     serving, restart, set_timeout<&http::Timeouts::idle>},
    {"shutdown-timeout", "SECONDS", "30",
     "How long a stopping server waits for requests that it has received. Those of which a part is missing get 3 s.",
     serving, restart,
     [](Config& config, std::string_view text) { config.shutdown_timeout = read_seconds(text, 1, day); }},
    {"drain-delay", "SECONDS", "0",
     "How long a stopping server still serves: the time to take it out of the load balancer. It closes each connection "
     "after its next answer, so that clients come again elsewhere.",
     serving, restart, [](Config& config, std::string_view text) { config.drain_delay = read_seconds(text, 0, day); }},
};

constexpr Setting logs_and_audit[] = {
    {"audit-head-log", "SECONDS", "300",
     "How often the log gets the newest audit entry's sequence and hash, by which `tacit audit verify --anchor` finds "
     "a log that was cut off or rewritten. At start and stop in any case. 0: only then.",
     serving, restart,
     [](Config& config, std::string_view text) { config.audit_head_log = read_seconds(text, 0, day); }},
    {"log-level", "debug|info|warn|error", "info",
     "The least level to log: debug, info, warn or error. Audit heads are logged at any level.", serving, reload,
     [](Config& config, std::string_view text) { config.log_level = log_level(text); }},
    {"access-log", "on|off", "on",
     "Whether to log a line for each request. /healthz and /readyz have one only when they fail.", serving, restart,
     [](Config& config, std::string_view text) { config.access_log = read_switch(text); }},
    {"access-log-sample", "NUMBER", "1",
     "Of so many requests that go well one has a line in it, which says so. Refusals but for 429, failures, and what "
     "takes a second or more always have one.",
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
