// From the configuration to the options of a store in etcd: the connection, the identity and the limits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "server/config/config.hpp"
#include "store/etcd/etcd_options.hpp"

namespace tacit::server {

/// Under which identity a process connects: etcd's roles decide what each may write.
enum class EtcdIdentity : std::uint8_t { server, command };

/// The owner of the audit slots that a server of these planes writes to. A process of both planes is the API's.
store::SlotOwner slot_owner(Planes planes);

/// The certificate and the key of an identity, with the names of the settings; empty paths: without TLS.
struct EtcdIdentityFiles {
  const char* certificate_setting;
  const char* key_setting;
  std::filesystem::path certificate;
  std::filesystem::path key;
};
EtcdIdentityFiles identity_files(const Config& config, EtcdIdentity identity);

/// Sentences about missing and faulty files of the identity; empty if there are none, or the store is in a folder.
std::vector<std::string> find_identity_problems(const Config& config, EtcdIdentity identity);

/// The connection of a configuration whose store is in etcd. Throws UsageError if only some of etcd-ca,
/// etcd-certificate and etcd-key are set, or none although an endpoint is on another host.
store::EtcdConnection etcd_connection(const Config& config, EtcdIdentity identity);

/// std::nullopt if the store is in a folder. For a command that only reads; open_store.cpp and `serve` change `owner`,
/// `writes` and `compacts`. Throws as etcd_connection does.
std::optional<store::EtcdOptions> etcd_options(const Config& config, EtcdIdentity identity = EtcdIdentity::command);

/// The expiry of the server's certificate for etcd, in seconds since 1970; std::nullopt without one, or if it cannot be
/// read.
std::optional<std::int64_t> etcd_certificate_expiry(const Config& config);

/// A sentence if the certificate has expired or expires within two weeks.
std::optional<std::string> etcd_certificate_note(const std::filesystem::path& file, std::int64_t now);

/// Gives up root before a command connects to etcd: what comes from the network should not be read by root. Becomes the
/// owner of the identity's key, because the files are read again when a connection is made; without TLS `tacit-store`
/// or `nobody`. A key of root's leaves the process root. Throws UsageError if that fails. Call it with one thread.
void become_etcd_user(const Config& config);

}  // namespace tacit::server
