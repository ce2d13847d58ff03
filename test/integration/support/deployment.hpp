// A whole installation of Tacit in its own folder: configuration, certificates, keyrings, a store, and servers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "test/integration/support/certificates.hpp"
#include "test/integration/support/https_client.hpp"
#include "test/integration/support/process.hpp"

namespace tacit::test {

using Settings = std::map<std::string, std::string>;

/// Created once per run of the tests: three authorities that the server must distinguish.
struct Certificates {
  Certificates();
  TemporaryFolder folder;
  TestCa servers;    ///< signs the servers' certificates
  TestCa runtimes;   ///< the tool plane's client authority
  TestCa strangers;  ///< not trusted by any server
  CertificateFiles server;
  CertificateFiles runtime;  ///< URI:spiffe://test/runtime, granted all tools unless a test overrides that
};
const Certificates& certificates();

class Server;

class Deployment {
 public:
  /// `settings` add to and override the default configuration; an empty value removes the key.
  explicit Deployment(Settings settings = {});

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path config() const { return folder() / "tacit.conf"; }
  std::filesystem::path store() const { return folder() / "store"; }
  std::filesystem::path private_keyring() const { return folder() / "root-private.keyring"; }
  std::filesystem::path log() const { return folder() / "server.log"; }
  void configure(const Settings& changes);  ///< rewrites the file with these changes

  /// Runs a subcommand with `--config`. The caller checks its status.
  Finished command(std::vector<std::string> arguments) const;
  /// Creates an API key and returns its text. Further arguments are those of `api-key create`; without any: every
  /// scope.
  std::string create_api_key(const std::string& tenant, const std::vector<std::string>& arguments = {}) const;
  /// Runs `tacit verify`. Throws with its whole output unless it finds everything in order.
  void verify() const;
  /// All output of this deployment's servers. The servers write a line shortly after its event, so this waits until no
  /// line has arrived for a moment.
  std::string printed() const;
  std::string printed_by_now() const { return std::filesystem::exists(log()) ? read_file(log()) : ""; }

 private:
  void write_config() const;
  TemporaryFolder folder_;
  Settings settings_;
};

/// A server that did not become ready.
struct NotReady : std::runtime_error {
  NotReady(const std::string& text, std::optional<int> ended) : std::runtime_error(text), status(ended) {}
  std::optional<int> status;  ///< as of Process::wait; std::nullopt: it still ran, and was killed
};

/// A running `tacit serve`.
class Server {
 public:
  /// Returns when the server reports that it is ready. Throws NotReady with its output if it ends or takes too long.
  explicit Server(const Deployment& deployment, const std::vector<std::string>& arguments = {},
                  const Environment& environment = {});

  std::uint16_t api_port() const { return api_port_; }
  std::uint16_t tools_port() const { return tools_port_; }
  std::uint16_t admin_port() const { return admin_port_; }
  Process& process() { return *process_; }
  /// Sends SIGTERM and returns the exit code. Throws if the server does not end.
  int stop();
  void kill();  ///< sends SIGKILL and waits for the end

  ClientOptions api_client() const;
  ClientOptions tools_client() const;  ///< with the runtime's certificate
 private:
  std::unique_ptr<Process> process_;
  std::uint16_t api_port_ = 0;
  std::uint16_t tools_port_ = 0;
  std::uint16_t admin_port_ = 0;
};

std::string new_uuid();  ///< random, for a test's own tenant

/// Requests with one credential over one connection, which is opened again after the server has closed it.
class Client {
 public:
  Client(ClientOptions options, Headers credential);
  Client(const Server& server, const std::string& api_key);

  Answer get(const std::string& target) { return request("GET", target); }
  Answer del(const std::string& target) { return request("DELETE", target); }
  Answer post(const std::string& target, const boost::json::value& body);
  Answer patch(const std::string& target, const boost::json::value& body);
  /// Any request. A body is sent as application/json.
  Answer request(std::string_view method, std::string_view target, std::string_view body = {},
                 const Headers& headers = {});

 private:
  ClientOptions options_;
  Headers credential_;
  std::unique_ptr<HttpsClient> connection_;
};

inline const std::string secrets_path = "/api/v1/secrets/";

/// A client of its own tenant: what most tests start with.
struct Tenant {
  Tenant(const Deployment& deployment, const Server& server);
  std::string id;
  std::string key;
  Client api;
  /// Creates a secret and returns its SecretInfo. Throws unless 200.
  boost::json::object create(const boost::json::value& body);
};

/// POST /tool/v1/resolve as the runtime.
Answer resolve(const Server& server, const boost::json::value& body);

}  // namespace tacit::test
