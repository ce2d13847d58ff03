// The routes table: one row for each method and path.
#pragma once

#include <span>

#include "http/exchange/exchange.hpp"

namespace tacit::http {

/// Of the API plane.
std::span<const Route> api_routes();

/// Of the tool plane.
std::span<const Route> tool_routes();

/// Of the admin plane. None of them takes a credential or a body.
std::span<const Route> admin_routes();

std::span<const Route> routes_of(Plane plane);

/// Whether the route is polled by monitors and balancers: /healthz, /readyz. Null is no probe.
bool is_probe(const Route* route);

}  // namespace tacit::http
