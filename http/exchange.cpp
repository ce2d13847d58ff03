#include "http/exchange.hpp"

namespace tacit::http {

store::AuditContext Exchange::audit() const {
  store::AuditContext who;
  who.plane = plane == Plane::api ? "api" : "tools";
  who.actor = principal.actor.empty() ? std::string(tool_identity) : principal.actor;
  who.peer = peer;
  who.request_id = request_id;
  return who;
}

}  // namespace tacit::http
