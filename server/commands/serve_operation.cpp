#include "server/commands/serve_operation.hpp"

#include <boost/json/serialize.hpp>

#include "server/control/control_answers.hpp"

namespace tacit::server {
namespace {

std::string serving_status(const Config& config, const http::Server& server) {
  std::string status = "serving";
  if (runs_api(config.plane)) status += " the API on " + endpoint_text(server.endpoint(http::Plane::api));
  if (config.plane == Planes::both) status += ",";
  if (runs_tools(config.plane)) status += " tools on " + endpoint_text(server.endpoint(http::Plane::tools));
  return status;
}

}  // namespace

Operation::Operation(const Parts& parts) : parts_(parts), serving_(serving_status(parts.config, parts.server)) {}

const ReloadResult& Operation::reload() const {
  parts_.manager.reloading();
  const ReloadResult& result = parts_.reload.run();
  parts_.manager.ready(result.succeeded() ? serving_ : serving_ + "; the last reload failed in part");
  return result;
}

std::string Operation::answer(const std::string& request) const {
  if (request == "status") {
    boost::json::object answer = describe_server(parts_.config, parts_.server, parts_.store, parts_.certificates,
                                                 parts_.stopping, parts_.reload.last());
    describe_signatures(answer, parts_.watch);
    return boost::json::serialize(answer);
  }
  if (request != "reload") return {};
  // A stopping server does not reload.
  if (parts_.stopping) return R"({"error":"it is stopping"})";
  return boost::json::serialize(to_json(reload()));
}

std::string endpoint_text(const boost::asio::ip::tcp::endpoint& endpoint) {
  return Endpoint{endpoint.address().to_string(), endpoint.port()}.str();
}

}  // namespace tacit::server
