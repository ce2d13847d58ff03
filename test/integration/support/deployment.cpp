#include "test/integration/support/deployment.hpp"

#include <signal.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "crypto/ids/uuid.hpp"
#include "test/integration/support/documented.hpp"

namespace tacit::test {
namespace json = boost::json;

Certificates::Certificates()
    : servers(folder.path(), "servers"),
      runtimes(folder.path(), "runtimes"),
      strangers(folder.path(), "strangers"),
      server(servers.issue("server", {.common_name = "127.0.0.1",
                                      .alternative_names = {"IP:127.0.0.1", "DNS:localhost"},
                                      .extended_usage = "serverAuth"})),
      runtime(
          runtimes.issue("runtime", {.common_name = "runtime", .alternative_names = {"URI:spiffe://test/runtime"}})) {}

const Certificates& certificates() {
  static const Certificates made;
  return made;
}

Deployment::Deployment(Settings settings) {
  const Certificates& pki = certificates();
  const std::string folder = folder_.path().string();
  settings_ = {
      {"plane", "both"},
      {"api-listen", "127.0.0.1:0"},
      {"tool-listen", "127.0.0.1:0"},
      {"api-certificate", pki.server.certificate.string()},
      {"api-certificate-key", pki.server.key.string()},
      {"tool-certificate", pki.server.certificate.string()},
      {"tool-certificate-key", pki.server.key.string()},
      {"tool-client-ca", pki.runtimes.certificate().string()},
      {"tool-identities", folder + "/tool-identities"},
      {"store", store().string()},
      {"map-size", "1073741824"},
      {"root-public-keyring", folder + "/root-public.keyring"},
      {"root-private-keyring", private_keyring().string()},
      {"metadata-keyring", folder + "/metadata.keyring"},
      {"threads", "2"},
      {"log-level", "debug"},
      {"access-log", "on"},
  };
  write_file(folder_.path() / "tool-identities", "uri:spiffe://test/runtime *\n");
  configure(settings);
  const Finished made = command({"init"});
  if (made.status != 0) throw std::runtime_error("tacit init: " + made.out + made.err);
}

void Deployment::configure(const Settings& changes) {
  for (const auto& [key, value] : changes) settings_[key] = value;
  write_config();
}

void Deployment::write_config() const {
  std::string text;
  for (const auto& [key, value] : settings_) {
    if (!value.empty()) text += key + " = " + value + "\n";
  }
  write_file(config(), text);
}

Finished Deployment::command(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), TACIT_BINARY);
  arguments.insert(arguments.end(), {"--config", config().string()});
  return run(arguments);
}

std::string Deployment::create_api_key(const std::string& tenant, const std::vector<std::string>& arguments) const {
  std::vector<std::string> all = {"api-key", "create", "--tenant", tenant, "--name", "test"};
  if (arguments.empty()) {
    all.insert(all.end(), {"--scope", "secrets:read", "--scope", "secrets:write"});
  }
  all.insert(all.end(), arguments.begin(), arguments.end());
  Finished made = command(all);
  if (made.status != 0 || !made.out.ends_with('\n'))
    throw std::runtime_error("tacit api-key create: " + made.out + made.err);
  made.out.pop_back();
  return made.out;
}

std::string Deployment::printed() const {
  std::string text = printed_by_now();
  for (int i = 0; i < 50; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::string later = printed_by_now();
    if (later.size() == text.size()) break;
    text = std::move(later);
  }
  return text;
}

void Deployment::verify() const {
  const Finished result = command({"verify"});
  if (result.status != 0) {
    throw std::runtime_error("tacit verify: " + std::to_string(result.status) + "\n" + result.out + result.err);
  }
}

namespace {

std::uint16_t port_of(const json::object& ready, std::string_view plane) {
  const json::value* address = ready.if_contains(plane);
  if (address == nullptr || !address->is_string()) return 0;
  const std::string text(address->get_string());
  return static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
}

std::optional<json::object> ready_line(const std::string& printed) {
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    // A reader may see the beginning of a line that is being written.
    if (lines.eof() || line.find(R"("event":"ready")") == std::string::npos) continue;
    return json::parse(line).as_object();
  }
  return std::nullopt;
}

}  // namespace

Server::Server(const Deployment& deployment, const std::vector<std::string>& arguments,
               const Environment& environment) {
  std::vector<std::string> command = {TACIT_BINARY, "serve", "--config", deployment.config().string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  // All starts print to one file, so that a test can search everything ever printed. The output of this start begins
  // here.
  const std::size_t before = deployment.printed_by_now().size();
  process_ = std::make_unique<Process>(command, deployment.log(), deployment.log(), environment);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (true) {
    const bool running = process_->running();
    const std::string printed = deployment.printed_by_now().substr(before);
    if (const auto ready = ready_line(printed)) {
      api_port_ = port_of(*ready, "api");
      tools_port_ = port_of(*ready, "tools");
      admin_port_ = port_of(*ready, "admin");
      return;
    }
    if (!running || std::chrono::steady_clock::now() > deadline) {
      throw NotReady("the server did not become ready; it printed: " + printed,
                     running ? std::nullopt : process_->wait(std::chrono::milliseconds(0)));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

int Server::stop() {
  process_->signal(SIGTERM);
  const auto status = process_->wait(std::chrono::seconds(30));
  if (!status) throw std::runtime_error("the server did not end within 30 s of SIGTERM");
  return *status;
}

void Server::kill() {
  process_->signal(SIGKILL);
  process_->wait(std::chrono::seconds(30));
}

ClientOptions Server::api_client() const {
  return {.port = api_port_, .authority = certificates().servers.certificate()};
}

ClientOptions Server::tools_client() const {
  return {
      .port = tools_port_, .authority = certificates().servers.certificate(), .certificate = certificates().runtime};
}

std::string new_uuid() { return crypto::make_uuid_v4().str(); }

Client::Client(ClientOptions options, Headers credential)
    : options_(std::move(options)), credential_(std::move(credential)) {}

Client::Client(const Server& server, const std::string& api_key)
    : Client(server.api_client(), {{"x-api-key", api_key}}) {}

Answer Client::post(const std::string& target, const json::value& body) {
  return request("POST", target, json::serialize(body));
}

Answer Client::patch(const std::string& target, const json::value& body) {
  return request("PATCH", target, json::serialize(body));
}

Answer Client::request(std::string_view method, std::string_view target, std::string_view body,
                       const Headers& headers) {
  if (connection_ == nullptr) connection_ = std::make_unique<HttpsClient>(options_);
  Headers all = credential_;
  if (!body.empty()) all.emplace_back("Content-Type", "application/json");
  all.insert(all.end(), headers.begin(), headers.end());
  try {
    Answer answer = connection_->request(method, target, all, body);
    if (answer.closes()) connection_.reset();
    // The response that a path belongs to another listener is not part of any operation in the document.
    const bool elsewhere = answer.body.find("There is no such path") != std::string::npos;
    if (!elsewhere) check_documented(method, target, answer.status);
    return answer;
  } catch (const TransportError&) {
    connection_.reset();
    throw;
  }
}

Tenant::Tenant(const Deployment& deployment, const Server& server)
    : id(new_uuid()), key(deployment.create_api_key(id)), api(server, key) {}

json::object Tenant::create(const json::value& body) {
  const Answer answer = api.post(secrets_path, body);
  if (answer.status != 200) throw std::runtime_error("create: " + std::to_string(answer.status) + " " + answer.body);
  return answer.json().as_object();
}

Answer resolve(const Server& server, const json::value& body) {
  return Client(server.tools_client(), {}).post("/tool/v1/resolve", body);
}

}  // namespace tacit::test
