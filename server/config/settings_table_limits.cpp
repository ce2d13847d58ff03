// The settings of limits: names, defaults, help texts, and whether a reload applies them.
#include "server/config/settings_table.hpp"

#include "auth/limits/rate_limiter.hpp"
#include "http/chain/peer_limits.hpp"
#include "http/json/limits.hpp"
#include "server/config/setting_setters.hpp"
#include "server/config/setting_text.hpp"
#include "store/model/defaults.hpp"

namespace tacit::server {
namespace {

constexpr auto store_group = SettingGroup::store;
constexpr auto serving = SettingGroup::serving;

constexpr std::uint64_t most_connections = 1'000'000;
constexpr std::uint64_t month = 31 * day;
constexpr std::uint64_t most_requests = 1'000'000'000'000;
constexpr std::uint64_t most_rate = auth::Rate::most;

/// The defaults are defined in the folder that uses them.
constexpr http::PeerLimits peers{};

/// The planes have different defaults, so the setting itself has none.
constexpr auto connection_max_age_help =
    ComposedText<512>()
        .add(
            "Maximum age of a connection. Then it is closed after its next answer, or when it is idle; up to a tenth "
            "earlier, so that not all are closed at once. Default: ")
        .add(static_cast<std::uint64_t>(peers.api.age.count()))
        .add(" on the API plane, ")
        .add(static_cast<std::uint64_t>(peers.tools.age.count()))
        .add(" on the tool plane. 0: no limit.");

constexpr Setting limits[] = {
    {.name = "quota-default",
     .argument = "BYTES",
     .initial = size_text<store::defaults::quota>,
     .help = "A tenant's storage quota, unless `tacit quota set` set its own.",
     .group = store_group,
     .changed_by = ChangedBy::reload,
     .set = set_bytes<&Config::quota_default, 0>},
    {.name = "api-keys-default",
     .argument = "NUMBER",
     .initial = number_text<store::defaults::api_keys>,
     .help = "A tenant's limit of API keys that are not revoked, unless `tacit limits` set its own.",
     .group = store_group,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::api_keys_default, 0, 1'000'000>},
    {.name = "secrets-default",
     .argument = "NUMBER",
     .initial = number_text<store::defaults::secrets>,
     .help = "A tenant's limit of secrets, unless `tacit limits` set its own. A tenant above the limit keeps its "
             "secrets.",
     .group = store_group,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::secrets_default, 0, 1'000'000'000>},
    {.name = "value-limit",
     .argument = "NUMBER",
     .initial = number_text<http::limits::secret_value.max>,
     .help =
         "The longest value of a secret, in code points. All servers of one store need the same. Stored values stay "
         "as they are.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_number<&Config::value_limit, http::limits::least_value_limit, http::limits::most_value_limit>},
    {.name = "versions-kept",
     .argument = "NUMBER",
     .initial = number_text<store::defaults::versions_kept>,
     .help = "Previous values of a secret that stay stored, so that its owner can return to them. A lower number "
             "removes more of them at a secret's next change of its value.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::versions_kept, 0, 16>},
    {.name = "threads",
     .argument = "NUMBER",
     .initial = "0",
     .help = "Number of serving threads. 0: one for each CPU of the process.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_number<&Config::threads, 0, 1024>},
    {.name = "max-connections",
     .argument = "NUMBER",
     .initial = number_text<http::default_max_connections>,
     .help = "Maximum number of open connections of each plane.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::max_connections, 1, most_connections>},
    {.name = "max-connections-per-address",
     .argument = "NUMBER",
     .initial = "0",
     .help = "Maximum number of open connections of one address. 0: no limit. Behind a load balancer that does not "
             "forward client addresses, all connections have its address.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::max_connections_per_address, 0, most_connections>},
    {.name = "connection-max-age",
     .argument = "SECONDS",
     .help = connection_max_age_help.c_str(),
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_seconds<&Config::connection_max_age, 0, month>},
    {.name = "tool-connection-max-age",
     .argument = "SECONDS",
     .help = "The same for the tool plane only.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_seconds<&Config::tool_connection_max_age, 0, month>},
    {.name = "connection-max-requests",
     .argument = "NUMBER",
     .initial = number_text<peers.api.requests>,
     .help = "Maximum number of requests of a connection, or up to a tenth fewer. Then it is closed after the "
             "answer. 0: no limit.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_number<&Config::connection_max_requests, 0, most_requests>},
    {.name = "buffer-memory",
     .argument = "BYTES",
     .initial = size_text<peers.buffer_memory>,
     .help = "Maximum memory of requests being received and answers not yet sent. Further requests are answered "
             "503. Request heads of the API plane may use half of it, the API plane three quarters, one of its tenants "
             "an eighth (at least 1 MiB).",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_bytes<&Config::buffer_memory, mebibyte>},
    {.name = "request-rate",
     .argument = "NUMBER",
     .initial = "1000",
     .help = "A tenant's sustained requests per second, unless `tacit limits set` set its own rate. Each process "
             "counts separately. Further requests are answered 429. 0: no limit.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::request_rate, 0, most_rate>},
    {.name = "request-burst",
     .argument = "NUMBER",
     .initial = "2000",
     .help = "A tenant's requests in a burst, after a pause.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::request_burst, 1, most_rate>},
    {.name = "failed-auth-rate",
     .argument = "NUMBER",
     .initial = "1",
     .help = "Sustained rate of invalid credentials per second from one client address (IPv6: a /64). Further "
             "invalid credentials are answered 429 instead of 401. Each process counts separately. 0: no limit.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::failed_auth_rate, 0, most_rate>},
    {.name = "failed-auth-burst",
     .argument = "NUMBER",
     .initial = "100",
     .help = "Invalid credentials in a burst, after a pause.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::failed_auth_burst, 1, most_rate>},
    {.name = "issuer-ask-rate",
     .argument = "NUMBER",
     .initial = "50",
     .help = "Tokens per second of one client address that require a request to an issuer: opaque tokens and "
             "unknown keys. On the tool plane a runtime's address counts for all its users. 0: no limit, except "
             "for an address above failed-auth-rate.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::issuer_ask_rate, 0, most_rate>},
    {.name = "issuer-ask-burst",
     .argument = "NUMBER",
     .initial = "500",
     .help = "Such tokens in a burst.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_number<&Config::issuer_ask_burst, 1, most_rate>},
};

}  // namespace

std::span<const Setting> limit_settings() { return limits; }

}  // namespace tacit::server
