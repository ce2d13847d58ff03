#include "test/integration/tokens/identity_provider.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace tacit::test {
namespace json = boost::json;
namespace {

const std::string folder_of_scripts = TACIT_SOURCE_DIR "/test/integration/tokens/";
const std::string robot_secret = "robot's secret: 50% of + & /";
const std::string redirect_uri = "https://application.test/back";

const json::value robot_client = {{"id", IdentityProvider::robot}, {"secret", robot_secret}};
const json::value user_client = {{"id", "application"}, {"redirect_uri", redirect_uri}};

// A client in the form of OpenID Connect Dynamic Client Registration.
json::array clients() {
  const json::array none;
  return {{{"client_id", IdentityProvider::robot},
           {"client_secret", robot_secret},
           {"grant_types", {"client_credentials"}},
           {"redirect_uris", none},
           {"response_types", none}},
          {{"client_id", "application"},
           {"token_endpoint_auth_method", "none"},
           {"grant_types", {"authorization_code", "refresh_token"}},
           {"redirect_uris", {redirect_uri}}},
          {{"client_id", IdentityProvider::introspector},
           {"client_secret", IdentityProvider::introspector_secret},
           {"grant_types", none},
           {"redirect_uris", none},
           {"response_types", none}}};
}

json::object resources() {
  const int brief = IdentityProvider::brief_seconds;
  json::object all = {{IdentityProvider::jwt, {{"format", "jwt"}}},
                      {IdentityProvider::opaque, {{"format", "opaque"}}},
                      {IdentityProvider::brief_jwt, {{"format", "jwt"}, {"lifetime", brief}}},
                      {IdentityProvider::brief_opaque, {{"format", "opaque"}, {"lifetime", brief}}},
                      {IdentityProvider::others_jwt, {{"format", "jwt"}}},
                      {IdentityProvider::others_opaque, {{"format", "opaque"}}}};
  for (const std::string& algorithm : IdentityProvider::algorithms()) {
    all[IdentityProvider::jwt_by(algorithm)] = {{"format", "jwt"}, {"alg", algorithm}};
  }
  return all;
}

json::object accounts() {
  return {{IdentityProvider::ann, {{"id", IdentityProvider::ann_id}, {"password", "the password of ann"}}},
          {IdentityProvider::bob, {{"id", IdentityProvider::bob_id}, {"password", "the password of bob"}}}};
}

json::object to_json(const TokenRequest& request) {
  json::object asked = {{"flow", "client_credentials"}, {"client", robot_client}, {"scope", request.scope}};
  if (!request.resource.empty()) asked["resource"] = request.resource;
  if (!request.user.empty()) {
    asked["flow"] = "authorization_code";
    asked["client"] = user_client;
    asked["user"] = request.user;
    asked["password"] = "the password of " + request.user;
  }
  return asked;
}

std::string text(const json::value& answer, std::string_view field) {
  const json::value* value = answer.as_object().if_contains(field);
  return value == nullptr ? "" : std::string(value->as_string());
}

}  // namespace

ReservedPort::ReservedPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int yes = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (socket_ < 0 || setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      bind(socket_, generic, size) != 0 || getsockname(socket_, generic, &size) != 0) {
    throw std::runtime_error(std::string("reserving a port: ") + std::strerror(errno));
  }
  number_ = ntohs(address.sin_port);
}

ReservedPort::~ReservedPort() { close(socket_); }

const std::vector<std::string>& IdentityProvider::algorithms() {
  static const std::vector<std::string> all = {"ES256", "ES384", "ES512", "EdDSA", "RS256",
                                               "RS384", "RS512", "PS256", "PS384", "PS512"};
  return all;
}

IdentityProvider::IdentityProvider()
    : authority_(folder_.path(), "identity"),
      certificate_(authority_.issue(
          "provider",
          {.common_name = "127.0.0.1", .alternative_names = {"IP:127.0.0.1"}, .extended_usage = "serverAuth"})),
      issuer_("https://127.0.0.1:" + std::to_string(port_.number())) {
  write_configuration();
}

void IdentityProvider::write_configuration() const {
  json::array keys;
  for (const SigningKey& key : keys_) keys.push_back({{"kid", key.id}, {"alg", key.algorithm}});
  const json::value configuration = {
      {"port", port_.number()},
      {"certificate", certificate_.certificate.string()},
      {"certificate_key", certificate_.key.string()},
      {"state", (folder_.path() / "state.json").string()},
      {"keys", keys},
      {"keys_max_age", 3600},
      {"resources", resources()},
      {"scopes", {"secrets:read", "secrets:write", "keys:manage"}},
      {"clients", clients()},
      {"introspectors", {introspector}},
      {"accounts", accounts()},
  };
  write_file(folder_.path() / "provider.json", json::serialize(configuration));
}

std::string IdentityProvider::printed() const {
  const auto log = folder_.path() / "provider.log";
  return std::filesystem::exists(log) ? read_file(log) : "";
}

void IdentityProvider::wait_for(const std::string& event, std::size_t before) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (printed().find(R"({"event":")" + event + "\"", before) == std::string::npos) {
    if (!process_->running() || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("the identity provider: no " + event + "; it printed: " + printed().substr(before));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void IdentityProvider::start() {
  const std::size_t before = printed().size();
  const auto log = folder_.path() / "provider.log";
  process_ = std::make_unique<Process>(
      std::vector<std::string>{"node", folder_of_scripts + "identity_provider.mjs", folder_.path() / "provider.json"},
      log, log);
  wait_for("ready", before);
}

void IdentityProvider::stop() {
  process_->signal(SIGTERM);
  if (!process_->wait(std::chrono::seconds(30))) throw std::runtime_error("the identity provider does not end");
}

void IdentityProvider::pause() { process_->signal(SIGSTOP); }

void IdentityProvider::resume() { process_->signal(SIGCONT); }

void IdentityProvider::use_keys(std::vector<SigningKey> keys) {
  keys_ = std::move(keys);
  write_configuration();
  if (process_ == nullptr || !process_->running()) return;
  const std::size_t before = printed().size();
  process_->signal(SIGHUP);
  wait_for("keys", before);
}

json::array IdentityProvider::ask(const json::array& requests) const {
  const Finished done = run({"node", folder_of_scripts + "identity_client.mjs", issuer_, json::serialize(requests)},
                            {{"NODE_EXTRA_CA_CERTS", authority().string()}});
  if (done.status != 0) throw std::runtime_error("the identity provider's client: " + done.out + done.err + printed());
  return json::parse(done.out).as_array();
}

std::vector<Tokens> IdentityProvider::tokens(const std::vector<TokenRequest>& requests) {
  json::array asked;
  for (const TokenRequest& request : requests) asked.push_back(to_json(request));
  std::vector<Tokens> got;
  for (const json::value& answer : ask(asked)) {
    got.push_back({text(answer, "access_token"), text(answer, "refresh_token"), text(answer, "id_token")});
  }
  return got;
}

void IdentityProvider::revoke(const std::string& token, bool of_robot) {
  ask({{{"flow", "revoke"}, {"client", of_robot ? robot_client : user_client}, {"token", token}}});
}

}  // namespace tacit::test
