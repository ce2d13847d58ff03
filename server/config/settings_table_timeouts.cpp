// The settings of timeouts, logs and audit: names, defaults, help texts, and whether a reload applies them.
#include "server/config/settings_table.hpp"

#include "http/chain/peer_limits.hpp"
#include "http/chain/timeouts.hpp"
#include "http/io/connection_deadlines.hpp"
#include "server/config/errors.hpp"
#include "server/config/setting_setters.hpp"
#include "server/config/setting_text.hpp"

namespace tacit::server {
namespace {

constexpr auto serving = SettingGroup::serving;

/// The defaults are defined in the folder that uses them.
constexpr http::PeerLimits peers{};
constexpr http::Timeouts times{};

constexpr auto shutdown_timeout_help =
    ComposedText<128>()
        .add("Longest wait of a stopping server for the requests that it has received. Incomplete requests get ")
        .add(static_cast<std::uint64_t>(http::wind_down_patience.count()))
        .add(" s.");

LogLevel log_level(std::string_view text) {
  if (const auto level = http::find_log_level(text)) return *level;
  throw UsageError(shown(text) + " is not one of debug, info, warn, error");
}

void set_log_level(Config& config, std::string_view text) { config.log_level = log_level(text); }

constexpr Setting timeouts[] = {
    {.name = "handshake-timeout",
     .argument = "SECONDS",
     .initial = seconds_text<times.handshake.count()>,
     .help = "Longest duration of a TLS handshake.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_timeout<&http::Timeouts::handshake>},
    {.name = "header-timeout",
     .argument = "SECONDS",
     .initial = seconds_text<times.header.count()>,
     .help = "Longest time to receive a request's head.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_timeout<&http::Timeouts::header>},
    {.name = "body-timeout",
     .argument = "SECONDS",
     .initial = seconds_text<times.body.count()>,
     .help = "Longest time to receive a request's body.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_timeout<&http::Timeouts::body>},
    {.name = "write-timeout",
     .argument = "SECONDS",
     .initial = seconds_text<times.write.count()>,
     .help = "Longest time for which a client may read an answer more slowly than write-rate.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_timeout<&http::Timeouts::write>},
    {.name = "write-rate",
     .argument = "BYTES",
     .initial = size_text<peers.write_rate>,
     .help = "Bytes of an answer that a client must read per second, averaged over write-timeout. Slower clients "
             "are disconnected.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_bytes<&Config::write_rate, 1>},
    {.name = "idle-timeout",
     .argument = "SECONDS",
     .initial = seconds_text<times.idle.count()>,
     .help = "Longest wait of a connection for its next request. Set it above the load balancer's, so that the "
             "balancer closes first.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_timeout<&http::Timeouts::idle>},
    {.name = "shutdown-timeout",
     .argument = "SECONDS",
     .initial = "30",
     .help = shutdown_timeout_help.c_str(),
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_seconds<&Config::shutdown_timeout, 1, day>},
    {.name = "drain-delay",
     .argument = "SECONDS",
     .initial = "0",
     .help = "Time for which a stopping server still serves, so that the balancer can remove it. Each connection "
             "is closed after its next answer, so that clients reconnect to another server.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_seconds<&Config::drain_delay, 0, day>},
};

constexpr Setting logs_and_audit[] = {
    {.name = "audit-head-log",
     .argument = "SECONDS",
     .initial = "300",
     .help = "Interval at which the newest audit entry's sequence and hash are logged, so that `tacit audit verify "
             "--anchor` detects a truncated or rewritten log. They are also logged at start and stop. 0: only "
             "then. Whether the log was rewritten is checked every minute in any case.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_seconds<&Config::audit_head_log, 0, day>},
    {.name = "log-level",
     .argument = "debug|info|warn|error",
     .initial = "info",
     .help = "The lowest level to log: debug, info, warn or error. Audit heads are logged at any level.",
     .group = serving,
     .changed_by = ChangedBy::reload,
     .set = set_log_level},
    {.name = "access-log",
     .argument = "on|off",
     .initial = "on",
     .help = "Whether to log a line for each request. /healthz and /readyz are logged only when they fail.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_switch<&Config::access_log>},
    {.name = "access-log-sample",
     .argument = "NUMBER",
     .initial = "1",
     .help = "Log one of this many successful requests; the line contains the number. Refusals except 429, "
             "failures, and requests that take a second or more are always logged.",
     .group = serving,
     .changed_by = ChangedBy::restart,
     .set = set_number<&Config::access_log_sample, 1, 1'000'000>},
};

}  // namespace

std::span<const Setting> timeout_settings() { return timeouts; }
std::span<const Setting> log_settings() { return logs_and_audit; }

}  // namespace tacit::server
