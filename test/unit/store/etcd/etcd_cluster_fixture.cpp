#include "test/unit/store/etcd/etcd_cluster_fixture.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace tacit::store::testing {
namespace {

constexpr std::chrono::seconds patience{30};
constexpr const char* names[] = {"tacit-api", "tacit-tools", "tacit-operator", "root"};

struct Ran {
  int code = -1;
  std::string printed;
};

Ran run(const std::string& command) {
  Ran ran;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "re");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::array<char, 4096> block{};
  for (std::size_t got = 0; (got = std::fread(block.data(), 1, block.size(), pipe)) > 0;) {
    ran.printed.append(block.data(), got);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

std::string find_etcd() {
  const Ran found = run(std::string(TACIT_SOURCE_DIR) + "/conf/quickstart/etcd.sh --find");
  if (found.code != 0) {
    throw std::runtime_error("no etcd 3.5.14 or later is here: run conf/quickstart/etcd.sh, or set TACIT_TEST_ETCD");
  }
  return found.printed.substr(0, found.printed.find('\n'));
}

/// Held open until all are chosen, so that no port is chosen twice.
class FreePort {
 public:
  FreePort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    void* raw = &address;
    socklen_t size = sizeof address;
    if (socket_ < 0 || ::bind(socket_, static_cast<sockaddr*>(raw), size) != 0 ||
        ::getsockname(socket_, static_cast<sockaddr*>(raw), &size) != 0) {
      throw std::runtime_error("cannot get a free port");
    }
    number_ = ::ntohs(address.sin_port);
  }
  ~FreePort() { ::close(socket_); }
  FreePort(const FreePort&) = delete;
  FreePort& operator=(const FreePort&) = delete;
  std::uint16_t number() const { return number_; }

 private:
  int socket_;
  std::uint16_t number_ = 0;
};

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "tacit-etcd-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder");
  return name;
}

pid_t spawn(const std::vector<std::string>& arguments, const std::filesystem::path& log) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t process = -1;
  const int failed = ::posix_spawnp(&process, pointers[0], &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + arguments[0]);
  return process;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

EtcdCluster::EtcdCluster(EtcdClusterOptions options)
    : options_(std::move(options)), etcd_(find_etcd()), folder_(make_folder()), nodes_(options_.nodes) {
  try {
    if (options_.tls) make_certificates();
    {
      const std::vector<FreePort> ports(2 * nodes_.size());
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        nodes_[i].client_port = ports[2 * i].number();
        nodes_[i].peer_port = ports[2 * i + 1].number();
      }
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) start(i);
    wait_until_healthy();
  } catch (...) {
    end_all();
    throw;
  }
}

EtcdCluster::~EtcdCluster() { end_all(); }

void EtcdCluster::end_all() noexcept {
  for (std::size_t i = 0; i < nodes_.size(); ++i) kill(i);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void EtcdCluster::make_certificates() {
  authority_ = std::make_unique<test::TestCa>(folder_, "ca");
  test::CertificateRequest server{.common_name = "etcd"};
  server.alternative_names = {"DNS:localhost", "IP:127.0.0.1"};
  server.extended_usage = "serverAuth,clientAuth";  // a node is also its peers' client
  authority_->issue("server", server);
  for (const char* name : names) authority_->issue(name, test::CertificateRequest{.common_name = name});
}

EtcdConnection EtcdCluster::connection(SlotOwner owner) const {
  switch (owner) {
    case SlotOwner::api:
      return connection_as("tacit-api");
    case SlotOwner::tools:
      return connection_as("tacit-tools");
    case SlotOwner::operators:
      break;
  }
  return connection_as("tacit-operator");
}

EtcdConnection EtcdCluster::connection_as(const std::string& common_name) const {
  EtcdConnection connection;
  for (std::size_t i = 0; i < nodes_.size(); ++i) connection.endpoints.push_back(endpoint(i));
  if (!options_.tls) return connection;
  connection.ca = authority_->certificate();
  connection.certificate = folder_ / (common_name + ".pem");
  connection.key = folder_ / (common_name + ".key");
  if (!std::filesystem::exists(connection.key)) {
    authority_->issue(common_name, test::CertificateRequest{.common_name = common_name});
  }
  return connection;
}

std::string EtcdCluster::endpoint(std::size_t node) const {
  return "127.0.0.1:" + std::to_string(nodes_[node].client_port);
}

std::vector<std::string> EtcdCluster::arguments_of(std::size_t node) const {
  const std::string scheme = options_.tls ? "https://127.0.0.1:" : "http://127.0.0.1:";
  const auto client_url = [&](std::size_t i) { return scheme + std::to_string(nodes_[i].client_port); };
  const auto peer_url = [&](std::size_t i) { return scheme + std::to_string(nodes_[i].peer_port); };
  std::string members;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    members += (i == 0 ? "n" : ",n") + std::to_string(i) + "=" + peer_url(i);
  }
  const std::string name = "n" + std::to_string(node);
  // setpriv: the node is killed if the test is.
  std::vector<std::string> arguments{"setpriv", "--pdeathsig", "KILL", etcd_, "--name", name};
  const auto add = [&arguments](const std::string& flag, const std::string& value) {
    arguments.push_back("--" + flag + "=" + value);
  };
  add("data-dir", (folder_ / name).string());
  add("listen-client-urls", client_url(node));
  add("advertise-client-urls", client_url(node));
  add("listen-peer-urls", peer_url(node));
  add("initial-advertise-peer-urls", peer_url(node));
  add("initial-cluster", members);
  add("initial-cluster-state", "new");
  add("initial-cluster-token", folder_.filename().string());
  add("max-txn-ops", std::to_string(options_.max_txn_ops));
  add("log-level", "warn");
  add("enable-grpc-gateway", "false");
  add("unsafe-no-fsync", "true");  // a killed process loses nothing that it wrote
  if (options_.quota_bytes != 0) add("quota-backend-bytes", std::to_string(options_.quota_bytes));
  if (options_.tls) {
    for (const std::string side : {"", "peer-"}) {
      add(side + "cert-file", (folder_ / "server.pem").string());
      add(side + "key-file", (folder_ / "server.key").string());
      add(side + "trusted-ca-file", authority_->certificate().string());
      add(side + "client-cert-auth", "true");
    }
  }
  arguments.insert(arguments.end(), options_.more_arguments.begin(), options_.more_arguments.end());
  return arguments;
}

void EtcdCluster::start(std::size_t node) {
  BOOST_REQUIRE_MESSAGE(nodes_[node].process < 0, "the node runs already");
  nodes_[node].process = spawn(arguments_of(node), folder_ / ("n" + std::to_string(node) + ".log"));
}

void EtcdCluster::stop(std::size_t node) {
  const pid_t process = nodes_[node].process;
  BOOST_REQUIRE(::kill(process, SIGSTOP) == 0);
  // Until the last of its threads has stopped, it may still answer.
  int status = 0;
  BOOST_REQUIRE(::waitpid(process, &status, WUNTRACED) == process);
  BOOST_REQUIRE(WIFSTOPPED(status));
}

void EtcdCluster::resume(std::size_t node) { BOOST_REQUIRE(::kill(nodes_[node].process, SIGCONT) == 0); }

void EtcdCluster::kill(std::size_t node) {
  pid_t& process = nodes_[node].process;
  if (process <= 0) return;
  ::kill(process, SIGKILL);
  int status = 0;
  ::waitpid(process, &status, 0);
  process = -1;
}

std::string EtcdCluster::log_of(std::size_t node) const {
  const std::string log = text_of(folder_ / ("n" + std::to_string(node) + ".log"));
  constexpr std::size_t most = 4000;
  return log.size() <= most ? log : log.substr(log.size() - most);
}

std::string EtcdCluster::all_endpoints() const {
  std::string all;
  for (std::size_t i = 0; i < nodes_.size(); ++i) all += (i == 0 ? "" : ",") + endpoint(i);
  return all;
}

std::string EtcdCluster::etcdctl_command(const std::string& endpoints) const {
  std::string command = std::filesystem::path(etcd_).parent_path().string() +
                        "/etcdctl --command-timeout=3s --dial-timeout=2s --endpoints=" + endpoints;
  if (!options_.tls) return command + " ";
  const std::string files = folder_.string();
  return command + " --cacert=" + authority_->certificate().string() + " --cert=" + files + "/root.pem --key=" + files +
         "/root.key ";
}

std::string EtcdCluster::etcdctl(const std::string& arguments) const {
  const Ran ran = run(etcdctl_command(all_endpoints()) + arguments);
  BOOST_REQUIRE_MESSAGE(ran.code == 0, "etcdctl " << arguments << ": " << ran.printed);
  return ran.printed;
}

std::string EtcdCluster::etcdctl_at(std::size_t node, const std::string& arguments) const {
  const Ran ran = run(etcdctl_command(endpoint(node)) + arguments);
  BOOST_REQUIRE_MESSAGE(ran.code == 0, "etcdctl " << arguments << ": " << ran.printed);
  return ran.printed;
}

void EtcdCluster::wait_until_healthy(std::size_t node) const {
  const auto latest = std::chrono::steady_clock::now() + patience;
  Ran ran;
  while (std::chrono::steady_clock::now() < latest) {
    ran = run(etcdctl_command(endpoint(node)) + "endpoint health");
    if (ran.code == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  throw std::runtime_error("etcd at " + endpoint(node) + " is not healthy: " + ran.printed + "\n" + log_of(node));
}

void EtcdCluster::wait_until_healthy() const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) wait_until_healthy(i);
}

std::size_t EtcdCluster::leader() const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].process < 0) continue;
    const Ran ran = run(etcdctl_command(endpoint(i)) + "endpoint status --write-out=fields");
    const auto value = [&ran](const std::string& name) {
      const std::size_t at = ran.printed.find("\"" + name + "\" : ");
      if (at == std::string::npos) return std::string();
      const std::size_t begin = at + name.size() + 5;
      return ran.printed.substr(begin, ran.printed.find('\n', begin) - begin);
    };
    if (ran.code == 0 && !value("MemberID").empty() && value("MemberID") == value("Leader")) return i;
  }
  throw std::runtime_error("no node leads");
}

void EtcdCluster::enable_auth(const std::string& store) {
  const std::filesystem::path script = std::filesystem::path(TACIT_SOURCE_DIR) / "conf/etcd/roles.sh";
  BOOST_REQUIRE_MESSAGE(std::filesystem::exists(script), "conf/etcd/roles.sh is missing");
  const std::string tools = std::filesystem::path(etcd_).parent_path().string();
  const std::string files = folder_.string();
  const Ran ran = run("PATH=" + tools + ":$PATH ETCDCTL_ENDPOINTS=" + all_endpoints() +
                      " ETCDCTL_CACERT=" + authority_->certificate().string() + " ETCDCTL_CERT=" + files +
                      "/root.pem ETCDCTL_KEY=" + files + "/root.key " + script.string() + " " + store);
  BOOST_REQUIRE_MESSAGE(ran.code == 0, "conf/etcd/roles.sh: " << ran.printed);
}

}  // namespace tacit::store::testing
