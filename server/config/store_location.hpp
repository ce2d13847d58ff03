// The setting `store`: a folder of this host, or the name of a store in an etcd cluster. The configuration keeps its
// text, in one form, so that messages show it as they show a folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/config.hpp"

namespace tacit::server {

/// A store in etcd. All of its keys begin with tacit/NAME/.
struct EtcdLocation {
  std::vector<std::string> endpoints;  ///< host:port or [address]:port, in the order in which they are tried
  std::string name;

  bool operator==(const EtcdLocation&) const = default;
  /// etcd://host:port,host:port/NAME
  std::string str() const;
};

/// Whether the text of the setting means etcd and no folder.
bool is_in_etcd(const std::filesystem::path& store);
inline bool is_in_etcd(const Config& config) { return is_in_etcd(config.store); }

/// Parses etcd://host:port[,host:port…]/NAME: at most 16 endpoints, none twice; a name of at most 64 letters, digits,
/// dots, hyphens and underscores. Throws UsageError with the fault.
EtcdLocation read_etcd_location(std::string_view text);

/// std::nullopt: the store is in a folder.
std::optional<EtcdLocation> etcd_location(const Config& config);

/// A folder, or the text of a location in etcd in its one form. Throws UsageError for any other text, also for an URL
/// of another scheme: a mistyped one must not become a folder.
std::filesystem::path read_store(std::string_view text);

/// Whether the endpoint is on this host: a loopback address, or localhost.
bool is_on_this_host(std::string_view endpoint);

}  // namespace tacit::server
