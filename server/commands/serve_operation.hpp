// What a running server does on request: reloads, and answers on the control socket.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <string>

#include "http/io/server.hpp"
#include "http/tls/certificate_watch.hpp"
#include "server/config/config.hpp"
#include "server/serve/reload.hpp"
#include "server/serve/service_manager.hpp"
#include "server/serve/store_watch.hpp"
#include "store/store.hpp"

namespace tacit::server {

/// For the main thread of `serve`. The parts must outlive it.
class Operation {
 public:
  struct Parts {
    const Config& config;
    const ServiceManager& manager;
    const http::Server& server;
    const store::Store& store;
    const StoreWatch& watch;
    const http::CertificateWatch& certificates;
    const std::atomic<bool>& stopping;
    Reload& reload;
  };
  explicit Operation(const Parts& parts);

  /// For `systemctl status`.
  const std::string& serving() const { return serving_; }

  /// Reloads, and notifies the service manager.
  const ReloadResult& reload() const;

  /// For a request on the control socket; empty if the request is unknown.
  std::string answer(const std::string& request) const;

 private:
  const Parts parts_;
  const std::string serving_;
};

/// Address and port as text, as in settings.
std::string endpoint_text(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace tacit::server
