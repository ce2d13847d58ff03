// A real etcd of one or three nodes on this machine, for one test suite or case.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "store/etcd/etcd_options.hpp"
#include "test/integration/support/certificates.hpp"

namespace tacit::store::testing {

struct EtcdClusterOptions {
  std::size_t nodes = 1;
  bool tls = true;
  std::uint64_t quota_bytes = 0;  ///< 0: etcd's own default
  std::size_t max_txn_ops = 1024;
  std::vector<std::string> more_arguments{};
};

/// Listens on free ports of 127.0.0.1, with a folder of its own for data, certificates and logs. The nodes end with
/// this object, and with the process. Failures to start are failures of the test, with etcd's log.
class EtcdCluster {
 public:
  explicit EtcdCluster(EtcdClusterOptions options = {});
  ~EtcdCluster();
  EtcdCluster(const EtcdCluster&) = delete;
  EtcdCluster& operator=(const EtcdCluster&) = delete;

  /// All endpoints, and the identity tacit-api, tacit-tools or tacit-operator.
  EtcdConnection connection(SlotOwner owner = SlotOwner::operators) const;
  /// As the user of that name in certificates: also "root", or one that etcd does not know.
  EtcdConnection connection_as(const std::string& common_name) const;

  std::size_t size() const { return nodes_.size(); }
  std::string endpoint(std::size_t node) const;
  const std::filesystem::path& folder() const { return folder_; }
  pid_t pid(std::size_t node) const { return nodes_[node].process; }

  /// SIGSTOP: connections stay, and nothing is answered.
  void stop(std::size_t node);
  /// SIGCONT.
  void resume(std::size_t node);
  /// SIGKILL.
  void kill(std::size_t node);
  /// Starts a node that was killed, with the data it had.
  void start(std::size_t node);

  /// Waits until that node answers a linearizable read: it runs and has a leader. Fails the test after 30 s.
  void wait_until_healthy(std::size_t node) const;
  void wait_until_healthy() const;
  /// The node that leads now.
  std::size_t leader() const;

  /// Makes the users and roles for the store of that name, by conf/etcd/roles.sh, and switches authentication on.
  void enable_auth(const std::string& store = "main");

  /// What etcdctl prints, as root, at all endpoints or at one. Fails the test if it fails.
  std::string etcdctl(const std::string& arguments) const;
  std::string etcdctl_at(std::size_t node, const std::string& arguments) const;

 private:
  struct Node {
    std::uint16_t client_port = 0;
    std::uint16_t peer_port = 0;
    pid_t process = -1;
  };

  void make_certificates();
  std::vector<std::string> arguments_of(std::size_t node) const;
  std::string log_of(std::size_t node) const;
  std::string etcdctl_command(const std::string& endpoints) const;
  std::string all_endpoints() const;
  void end_all() noexcept;

  const EtcdClusterOptions options_;
  const std::string etcd_;  ///< the program; its tools are beside it
  std::filesystem::path folder_;
  std::unique_ptr<test::TestCa> authority_;
  std::vector<Node> nodes_;
};

}  // namespace tacit::store::testing
