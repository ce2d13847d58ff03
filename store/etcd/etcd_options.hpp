// How a process reaches its store in etcd, and as whom.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "store/model/audit_slot.hpp"
#include "store/model/defaults.hpp"

namespace tacit::store {

/// The connection alone.
struct EtcdConnection {
  std::vector<std::string> endpoints;  ///< host:port, in the order in which they are tried
  std::filesystem::path ca;            ///< of the servers' certificates, PEM; empty, with the next two: without TLS
  std::filesystem::path certificate;   ///< of this process, PEM; read again when a connection is made
  std::filesystem::path key;
  /// How long one attempt at one endpoint may take.
  std::chrono::milliseconds attempt = std::chrono::seconds(2);
};

enum class Revocation : std::uint8_t {
  bounded,  ///< a revoked API key stops working within two seconds on every host
  strict,   ///< at the next request, for the price of a read on each
};

struct EtcdOptions {
  EtcdConnection connection;
  std::string name = "main";               ///< all keys begin with tacit/<name>/
  SlotOwner owner = SlotOwner::operators;  ///< whose range of audit slots this process writes to
  bool writes = true;                      ///< false: takes no slot, for commands that only read
  std::uint64_t quota_bytes = std::uint64_t{8}
                              << 30;  ///< of etcd's database, where the server does not tell (before 3.6)
  std::size_t max_txn_ops = 1024;     ///< the servers' --max-txn-ops
  std::size_t max_request_bytes = std::size_t{1536} << 10;  ///< the servers' --max-request-bytes
  Revocation revocation = Revocation::bounded;
  bool compacts = false;  ///< takes part in compacting etcd's history: servers
  std::chrono::seconds keep_history = std::chrono::minutes(5);
  std::size_t queue_items = defaults::queue_items;
  std::size_t queue_bytes = defaults::queue_bytes;
  std::chrono::milliseconds write_deadline = defaults::write_deadline;  ///< also the limit of reads
  /// Called once, from any thread, when the process should end: the store was deleted or replaced under it.
  std::function<void(const std::string& why)> on_failure;
};

}  // namespace tacit::store
