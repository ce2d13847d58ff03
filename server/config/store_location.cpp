#include "server/config/store_location.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <utility>

#include "server/config/errors.hpp"
#include "server/config/values.hpp"

namespace tacit::server {
namespace {

constexpr std::string_view scheme = "etcd://";
constexpr std::size_t most_endpoints = 16;
constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_host = 253;
constexpr std::uint64_t last_port = 65535;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(host.substr(1, host.size() - 2)), error);
    return !error && address.is_v6();
  }
  return !host.empty() && host.size() <= longest_host && host.front() != '-' && host.front() != '.' &&
         std::all_of(host.begin(), host.end(), [](char c) { return is_alphanumeric(c) || c == '.' || c == '-'; });
}

std::string read_etcd_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  const std::string_view host = text.substr(0, colon);
  if (colon == std::string_view::npos || !is_host(host)) {
    throw UsageError(shown(text) + " is not host:port (such as etcd-1.internal:2379 or [::1]:2379)");
  }
  const std::uint64_t port = read_number(text.substr(colon + 1), 1, last_port);
  return std::string(host) + ':' + std::to_string(port);
}

std::vector<std::string> read_endpoints(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    std::string endpoint = read_etcd_endpoint(text.substr(at, comma - at));
    if (std::find(all.begin(), all.end(), endpoint) != all.end()) throw UsageError(endpoint + " is named twice");
    all.push_back(std::move(endpoint));
    at = comma + 1;
  }
  if (all.size() > most_endpoints) {
    throw UsageError("names " + std::to_string(all.size()) + " endpoints; at most " + std::to_string(most_endpoints) +
                     " are possible");
  }
  return all;
}

bool is_store_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && is_alphanumeric(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
}

bool is_url(std::string_view text) {
  const auto colon = text.find(':');
  return text.starts_with("etcd:") || (colon != std::string_view::npos && text.substr(colon).starts_with("://"));
}

}  // namespace

std::string EtcdLocation::str() const {
  std::string text(scheme);
  for (std::size_t i = 0; i < endpoints.size(); ++i) text.append(i == 0 ? "" : ",").append(endpoints[i]);
  return text + '/' + name;
}

bool is_in_etcd(const std::filesystem::path& store) { return store.native().starts_with(scheme); }

EtcdLocation read_etcd_location(std::string_view text) {
  if (!text.starts_with(scheme)) {
    throw UsageError(shown(text) + " is neither a folder nor etcd://host:port[,host:port…]/NAME");
  }
  const std::string_view rest = text.substr(scheme.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) {
    throw UsageError(shown(text) + " has no name of a store: etcd://host:port[,host:port…]/NAME");
  }
  const std::string_view name = rest.substr(slash + 1);
  if (!is_store_name(name)) {
    throw UsageError(shown(name) + " is not the name of a store: at most " + std::to_string(longest_name) +
                     " letters, digits, dots, hyphens and underscores");
  }
  return EtcdLocation{read_endpoints(rest.substr(0, slash)), std::string(name)};
}

std::optional<EtcdLocation> etcd_location(const Config& config) {
  if (!is_in_etcd(config)) return std::nullopt;
  return read_etcd_location(config.store.native());
}

std::filesystem::path read_store(std::string_view text) {
  if (!is_url(text)) return read_path(text);
  return read_etcd_location(text).str();
}

bool is_on_this_host(std::string_view endpoint) {
  std::string_view host = endpoint.substr(0, endpoint.rfind(':'));
  if (host == "localhost") return true;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  return !error && address.is_loopback();
}

}  // namespace tacit::server
