#include "http/exchange/exchange.hpp"

#include <array>
#include <utility>

#include "crypto/text/enum_table.hpp"

namespace tacit::http {
namespace {

struct MethodName {
  Method method;
  std::string_view name;
};

constexpr std::array method_names{
    MethodName{Method::get, "GET"},     MethodName{Method::post, "POST"},  MethodName{Method::put, "PUT"},
    MethodName{Method::patch, "PATCH"}, MethodName{Method::del, "DELETE"}, MethodName{Method::options, "OPTIONS"},
    MethodName{Method::other, "other"},
};
static_assert(crypto::has_row_for_each(method_names, &MethodName::method, Method::other));

struct PlaneName {
  Plane plane;
  std::string_view name;
};

constexpr std::array plane_names{
    PlaneName{Plane::api, "api"},
    PlaneName{Plane::tools, "tools"},
    PlaneName{Plane::admin, "admin"},
};
static_assert(crypto::has_row_for_each(plane_names, &PlaneName::plane, Plane::admin));

}  // namespace

std::string_view name_of(Method method) { return crypto::row_at(method_names, method).name; }

std::string_view name_of(Plane plane) { return crypto::row_at(plane_names, plane).name; }

const ProtectedResource& resource_of(const Services& services) {
  static const ProtectedResource none;
  return services.protected_resource != nullptr ? **services.protected_resource : none;
}

std::uint32_t body_limit_of(const Exchange& exchange) {
  const Route& route = *exchange.route;
  constexpr std::size_t usual = limits::secret_value.max;
  const std::size_t longest = exchange.services.value_limit;
  if (!route.grows_with_value || longest <= usual) return route.body_limit;
  return route.body_limit + static_cast<std::uint32_t>((longest - usual) * limits::code_point_bytes);
}

void Response::drop() {
  Response fresh;
  fresh.body = std::move(body);
  fresh.body.clear();
  *this = std::move(fresh);
}

void Response::begin_again(unsigned new_status) {
  std::string kept = std::move(headers);
  const bool closes = close;
  drop();
  status = new_status;
  headers = std::move(kept);
  close = closes;
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
