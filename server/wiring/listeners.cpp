#include "server/wiring/listeners.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string_view>

#include "http/log/log.hpp"
#include "http/tls/ticket_keys.hpp"
#include "http/tls/tls_context.hpp"
#include "server/config/errors.hpp"

namespace tacit::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// The host is numeric: the configuration's reader has checked it.
tcp::endpoint endpoint_of(const Endpoint& where) { return {asio::ip::make_address(where.host), where.port}; }

const Endpoint& configured(const Config& config, http::Plane plane) {
  if (plane == http::Plane::admin) return *config.admin_listen;
  return plane == http::Plane::api ? config.api_listen : config.tool_listen;
}

std::vector<http::Plane> planes_of(const Config& config) {
  std::vector<http::Plane> planes;
  if (runs_api(config.plane)) planes.push_back(http::Plane::api);
  if (runs_tools(config.plane)) planes.push_back(http::Plane::tools);
  return planes;
}

/// Never inherited: it reports on this process, so clients must not wait for another one.
http::Listener admin_listener(const Config& config) {
  return {http::Plane::admin, endpoint_of(*config.admin_listen), nullptr};
}

/// Uses the ticket keys of the file. If the file is faulty, or there is none, keeps the previous keys, so that sessions
/// survive a reload. Returns the trouble with the file.
std::optional<std::string> take_ticket_keys(const Config& config, SSL_CTX* before, SSL_CTX* context) {
  std::optional<std::string> trouble;
  if (!config.ticket_keys.empty()) {
    auto keys = http::TicketKeys::load(config.ticket_keys);
    if (keys && http::TicketKeys::use(context, std::move(*keys))) return std::nullopt;
    trouble = keys.has_error() ? keys.error() : "cannot use session ticket keys";
  } else if (http::TicketKeys::of(before) != nullptr) {
    return std::nullopt;  // previously shared keys must no longer be used
  }
  http::TicketKeys::carry_over(before, context);  // otherwise sessions could not be resumed
  return trouble;
}

}  // namespace

http::TlsFiles tls_files(const Config& config, http::Plane plane) {
  if (plane == http::Plane::api) {
    return {.certificate = config.api_certificate,
            .certificate_key = config.api_certificate_key,
            .client_ca = {},
            .ticket_keys = config.ticket_keys};
  }
  return {.certificate = config.tool_certificate,
          .certificate_key = config.tool_certificate_key,
          .client_ca = config.tool_client_ca,
          .client_crl = config.tool_client_crl};
}

std::string host_of(const Config& config, http::Plane plane) {
  constexpr std::string_view scheme = "https://";
  std::string_view host = config.public_url;
  if (plane != http::Plane::api || !host.starts_with(scheme)) return {};
  host.remove_prefix(scheme.size());
  if (host.starts_with('[')) return std::string(host.substr(1, host.find(']') - 1));
  return std::string(host.substr(0, host.find(':')));
}

void watch_certificates(const Config& config, const http::Server& server, http::CertificateWatch& watch) {
  for (const http::Plane plane : planes_of(config)) {
    SSL_CTX* const context = server.certificates(plane);
    if (context != nullptr) watch.use(plane, http::CertificateFacts::of(context, host_of(config, plane)));
  }
}

std::vector<http::Listener> make_listeners(const Config& config, const InheritedSockets& inherited) {
  if ((inherited.api >= 0 && !runs_api(config.plane)) || (inherited.tools >= 0 && !runs_tools(config.plane))) {
    throw UsageError("a socket was inherited for a plane that this process does not run; see the setting plane");
  }
  std::vector<http::Listener> listeners;
  for (const http::Plane plane : planes_of(config)) {
    auto tls = http::make_tls_context(tls_files(config, plane));
    if (!tls) throw UsageError(tls.error().message);
    const int socket = plane == http::Plane::api ? inherited.api : inherited.tools;
    listeners.push_back(http::Listener{plane, endpoint_of(configured(config, plane)), std::move(*tls), socket});
  }
  if (config.admin_listen) listeners.push_back(admin_listener(config));
  return listeners;
}

void log_unused_addresses(const Config& config, const http::Server& server) {
  for (const http::Plane plane : planes_of(config)) {
    const tcp::endpoint wanted = endpoint_of(configured(config, plane));
    const tcp::endpoint got = server.endpoint(plane);
    if (wanted.port() == 0 || wanted == got) continue;
    http::LogLine line(http::LogLevel::info, "address_inherited");
    line.field("setting", plane == http::Plane::api ? "api-listen" : "tool-listen");
    line.field("configured", configured(config, plane).str());
    http::log(line.field("listening", Endpoint{got.address().to_string(), got.port()}.str()));
  }
}

std::vector<std::string> reload_certificates(const Config& config, http::Server& server) {
  std::vector<std::string> troubles;
  for (const http::Plane plane : planes_of(config)) {
    http::TlsFiles files = tls_files(config, plane);
    files.ticket_keys.clear();  // they may be faulty while the certificate is valid
    auto tls = http::make_tls_context(files);
    if (!tls) {
      troubles.push_back(tls.error().message);
      continue;
    }
    if (plane == http::Plane::api) {
      if (auto trouble = take_ticket_keys(config, server.certificates(plane), tls->get())) {
        troubles.push_back(std::move(*trouble));
      }
    }
    server.use_certificates(plane, std::move(*tls));
    http::log(http::LogLine(http::LogLevel::info, "certificates_reloaded").field("plane", http::name_of(plane)));
  }
  return troubles;
}

}  // namespace tacit::server
