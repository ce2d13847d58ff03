// The lines of `tacit status` about a store in etcd, in place of those of the map and the disk.
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/commands/status_report.hpp"
#include "server/config/config.hpp"

namespace tacit::server {

// The same thresholds as in conf/alert-rules.yml.
inline constexpr std::uint64_t etcd_attention_percent = 55;  ///< of the quota in use; at 60 % refusals are not audited
inline constexpr std::int64_t watch_attention_ms = 2000;     ///< cached API keys do not count beyond that
inline constexpr std::uint64_t lag_attention_revisions = 10'000;

/// What the servers say about etcd (server/control/etcd_answer.hpp), one for each server that says anything.
std::vector<boost::json::object> etcd_states(const std::vector<FoundServer>& servers);

/// The cluster: quorum, members, lags, alarms, and the servers' slots. Without states the cluster could not be asked.
StatusLine etcd_status(const std::vector<boost::json::object>& states);
/// This host's transactions: in doubt, and conflicts.
StatusLine etcd_commit_status(const std::vector<boost::json::object>& states);
/// The database against its quota.
StatusLine etcd_size_status(const std::vector<boost::json::object>& states);
/// The certificate with which servers connect to etcd; std::nullopt if none is configured.
std::optional<StatusLine> etcd_certificate_status(const Config& config, std::int64_t now);

/// Asks etcd itself, if no server runs, and returns its state as text. For a child process, which gives up root.
std::string ask_etcd_state(const Config& config, std::chrono::milliseconds patience);
/// The inverse; empty for any other text.
std::vector<boost::json::object> read_etcd_state(const std::string& text);

}  // namespace tacit::server
