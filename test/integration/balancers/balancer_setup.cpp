#include "test/integration/balancers/balancer_setup.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <random>
#include <stdexcept>

#include "test/integration/support/deployment.hpp"

namespace tacit::test {

using namespace std::chrono_literals;

std::uint16_t free_port() {
  static std::mt19937 random(std::random_device{}());
  for (;;) {
    const auto port = static_cast<std::uint16_t>(std::uniform_int_distribution<int>(20000, 32000)(random));
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const void* const raw = &address;
    const bool is_free = ::bind(socket, static_cast<const sockaddr*>(raw), sizeof address) == 0;
    ::close(socket);
    if (is_free) return port;
  }
}

std::string at(std::uint16_t port) { return own_address + ":" + std::to_string(port); }

void replace(std::string& text, const std::string& from, const std::string& to) {
  auto place = text.find(from);
  if (place == std::string::npos) throw std::runtime_error("the sample has no " + from);
  for (; place != std::string::npos; place = text.find(from, place + to.size())) text.replace(place, from.size(), to);
}

std::string sample(const std::string& name) { return read_file(std::string(TACIT_SOURCE_DIR) + "/conf/" + name); }

AskedToEnd::~AskedToEnd() {
  process.signal(SIGTERM);
  process.wait(10s);
}

std::string nginx_config(const NginxPlaces& places) {
  std::string config = sample("nginx.conf.sample");
  replace(config, "listen 443;", "listen " + at(places.passing) + ";");
  replace(config, "listen 8443 ssl;", "listen " + at(places.ending) + " ssl;");
  replace(config, "10.0.0.11:8443", places.one);
  replace(config, "10.0.0.12:8443", places.other);
  replace(config, "/etc/nginx/tacit.pem", certificates().server.certificate.string());
  replace(config, "/etc/nginx/tacit.key", certificates().server.key.string());
  replace(config, "/etc/nginx/tacit-ca.pem", certificates().servers.certificate().string());
  replace(config, "tacit.example.org", "localhost");
  std::string paths;
  for (const std::string kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    paths += kind + "_temp_path " + places.folder.string() + "/" + kind + ";";
  }
  replace(config, "access_log off;", "access_log off; " + paths);
  return config;
}

std::vector<std::string> nginx_command(const std::filesystem::path& folder, const std::filesystem::path& config) {
  const std::string globals = "daemon off; pid " + folder.string() + "/nginx.pid; error_log stderr;";
  return {"/usr/sbin/nginx", "-e", "stderr", "-c", config.string(), "-g", globals};
}

}  // namespace tacit::test
