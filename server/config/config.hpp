// The configuration of a process after reading and checking: every setting with its type. The defaults, and whether a
// reload applies a setting, are in its row of settings_table_*.cpp; config_sources.hpp reads the sources.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "http/chain/timeouts.hpp"
#include "http/log/log_level.hpp"
#include "http/wire/forwarded.hpp"
#include "http/wire/networks.hpp"
#include "store/etcd/etcd_options.hpp"

namespace tacit::server {

/// Which listeners a server runs (`plane`).
enum class Planes : std::uint8_t { api, tools, both };
constexpr bool runs_api(Planes planes) { return planes != Planes::tools; }
constexpr bool runs_tools(Planes planes) { return planes != Planes::api; }

using http::LogLevel;

/// Where to listen: a numeric address, without the brackets of IPv6, and a port (0: any free one).
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
  /// In the format of the configuration: `host:port`, or `[host]:port` for an IPv6 address.
  std::string str() const;
};

/// An empty path means that the file is not configured.
struct Config {
  /// Sets every setting to its default from settings_table_*.cpp.
  Config();
  bool operator==(const Config&) const = default;

  Planes plane{};

  Endpoint api_listen;
  std::filesystem::path api_certificate;  ///< PEM, the whole chain, leaf first
  std::filesystem::path api_certificate_key;
  std::filesystem::path ticket_keys;  ///< of TLS sessions, shared by several servers

  Endpoint tool_listen;
  std::filesystem::path tool_certificate;
  std::filesystem::path tool_certificate_key;
  std::filesystem::path tool_client_ca;   ///< PEM, the trust anchors of tool runtimes' certificates
  std::filesystem::path tool_client_crl;  ///< PEM, of these CAs; empty: no certificate is revoked
  std::filesystem::path tool_identities;
  bool tool_user_token = false;  ///< a resolve needs a credential of the user asked for

  std::optional<Endpoint> admin_listen;  ///< plain HTTP, only on a private address

  std::filesystem::path control_directory;  ///< of the control socket; empty: see control_files.hpp

  http::Networks proxy_protocol_from;  ///< balancers that begin each connection with a PROXY protocol header
  http::Networks forwarded_from;       ///< proxies trusted to name the client of a request
  http::ForwardedField forwarded_header{};

  std::filesystem::path issuers;          ///< of tokens; empty: only API keys are credentials
  std::string public_url;                 ///< the API's URL for clients: https://host[:port]
  bool console = false;                   ///< the API plane serves the pages for people
  std::string console_issuer;             ///< where they sign in, one of the issuers; empty: with API keys alone
  std::string console_client_id;          ///< of the console at that issuer
  std::vector<std::string> cors_origins;  ///< of pages that may use the API, each as browsers write it
  std::size_t token_cache = 0;            ///< verified tokens cached per thread
  std::chrono::seconds token_cache_time{};

  std::filesystem::path store;          ///< a folder, or etcd://…: see store_location.hpp
  std::filesystem::path backup_record;  ///< time of the last backup; empty: beside the store (last_backup.hpp)
  std::uint64_t map_size = 0;           ///< bytes
  std::filesystem::path root_public_keyring;
  std::filesystem::path root_private_keyring;  ///< a process with `plane` api never opens it
  std::filesystem::path metadata_keyring;
  // Empty: beside the root public keyring; read them by server/config/keyring_files.hpp alone.
  std::filesystem::path root_signing_keyring;  ///< a process with `plane` api never opens it
  std::filesystem::path audit_api_keyring;
  std::filesystem::path audit_tools_keyring;
  std::filesystem::path audit_operator_keyring;  ///< no server opens it
  std::size_t prekey_pool = 0;                   ///< key pairs that are kept ready for new tenants
  bool strict_binding = false;                   ///< values are sealed with their tool and argument
  std::uint64_t quota_default = 0;               ///< bytes
  std::uint32_t api_keys_default = 0;            ///< of a tenant
  std::uint32_t secrets_default = 0;             ///< of a tenant
  std::uint32_t versions_kept = 0;               ///< previous values of a secret
  std::size_t value_limit = 0;                   ///< code points of a value
  std::chrono::seconds store_timeout{};          ///< for a write or an audit entry to be on the disk
  std::chrono::seconds scrub_within{};           ///< until freed data is overwritten; 0: never
  std::size_t write_queue_items = 0;
  std::size_t write_queue_bytes = 0;

  // Of a store in etcd. Without etcd-ca, etcd-certificate and etcd-key there is no TLS
  // (server/wiring/etcd_options.hpp).
  std::filesystem::path etcd_ca;
  std::filesystem::path etcd_certificate;
  std::filesystem::path etcd_key;
  std::filesystem::path etcd_operator_certificate;  ///< of commands; empty: etcd_certificate
  std::filesystem::path etcd_operator_key;
  std::uint64_t etcd_quota = 0;  ///< bytes of etcd's database
  std::size_t etcd_max_txn_ops = 0;
  std::size_t etcd_max_request_bytes = 0;
  store::Revocation revocation{};

  unsigned threads = 0;  ///< 0: one for each CPU of the process
  std::size_t max_connections = 0;
  std::size_t max_connections_per_address = 0;                  ///< 0: no limit
  std::optional<std::chrono::seconds> connection_max_age;       ///< 0: no limit; std::nullopt: the plane's default
  std::optional<std::chrono::seconds> tool_connection_max_age;  ///< tool plane only, overrides the other; likewise
  std::uint64_t connection_max_requests = 0;                    ///< 0: no limit
  std::size_t buffer_memory = 0;                                ///< bytes of requests and answers
  std::uint32_t request_rate = 0;                               ///< requests per second of a tenant; 0: no limit
  std::uint32_t request_burst = 0;
  std::uint32_t failed_auth_rate = 0;  ///< invalid credentials per second of a client address; 0: no limit
  std::uint32_t failed_auth_burst = 0;
  std::uint32_t issuer_ask_rate = 0;  ///< issuer questions per second of a client address; 0: no limit
  std::uint32_t issuer_ask_burst = 0;
  http::Timeouts timeouts;
  std::size_t write_rate = 0;               ///< bytes per second that a client has to read
  std::chrono::seconds drain_delay{};       ///< time for which a stopping server still serves
  std::chrono::seconds shutdown_timeout{};  ///< for requests in flight, after the listeners are closed

  std::chrono::seconds audit_head_log{};  ///< interval of audit head lines; 0: only at start and stop

  LogLevel log_level{};
  bool access_log = false;
  std::uint32_t access_log_sample = 0;  ///< one of this many successful requests is logged
};

}  // namespace tacit::server
