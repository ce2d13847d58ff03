#include "http/exchange/exchange.hpp"

#include <utility>

namespace tacit::http {

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::patch:
      return "PATCH";
    case Method::del:
      return "DELETE";
    case Method::other:
      break;
  }
  return "other";
}

std::string_view name_of(Plane plane) {
  switch (plane) {
    case Plane::api:
      return "api";
    case Plane::tools:
      return "tools";
    case Plane::admin:
      break;
  }
  return "admin";
}

const ProtectedResource& resource_of(const Services& services) {
  static const ProtectedResource none;
  return services.protected_resource != nullptr ? **services.protected_resource : none;
}

void Exchange::begin(std::string_view from, const boost::asio::ip::address& of) {
  ExchangeState next;
  next.peer = from;
  next.client = of;
  next.response.body = std::move(response.body);
  static_cast<ExchangeState&>(*this) = std::move(next);  // moving an empty string into another keeps the other's memory
}

store::AuditContext Exchange::audit() const {
  store::AuditContext who;
  who.plane = name_of(plane);
  if (plane == Plane::api) {
    who.actor = principal.actor;
  } else {
    who.actor = tool_identity;
    who.on_behalf_of = principal.actor;
  }
  who.peer = peer;
  who.request_id = request_id;
  who.traceparent = head.traceparent;
  return who;
}

}  // namespace tacit::http
