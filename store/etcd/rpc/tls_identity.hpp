// As whom a process connects: its certificate, key and the servers' authorities, read from files again when they
// change.
#pragma once

#include <grpcpp/security/credentials.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>

#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// Thread-safe.
class TlsIdentity {
 public:
  struct Current {
    std::shared_ptr<grpc::ChannelCredentials> credentials;
    std::uint64_t generation = 0;  ///< another one: connections have to be made with the new credentials
  };

  /// Reads the files; fails with a sentence if one is missing, unreadable or no PEM of its kind, or if the key is not
  /// the certificate's. With no file named: a connection without TLS.
  static RpcOutcome<std::unique_ptr<TlsIdentity>> load(const EtcdConnection& connection);

  /// Looks at most once a second whether a file has changed. What cannot be read then is left aside: the credentials
  /// stay as they were until the files are whole.
  Current current();

 private:
  /// Device, inode, size and time of change of each file.
  using Marks = std::array<std::array<std::int64_t, 5>, 3>;

  explicit TlsIdentity(const EtcdConnection& connection)
      : files_{connection.ca, connection.certificate, connection.key} {}
  bool without_tls() const { return files_[0].empty() && files_[1].empty() && files_[2].empty(); }
  Marks marks() const;
  RpcOutcome<std::shared_ptr<grpc::ChannelCredentials>> read() const;

  const std::array<std::filesystem::path, 3> files_;  ///< authorities, certificate, key
  std::mutex mutex_;
  Current current_;
  Marks read_marks_{};
  Clock::time_point looked_{};
};

}  // namespace tacit::store::etcd
