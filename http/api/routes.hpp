// The routes table: one row for each method and path.
#pragma once

#include <span>

#include "http/exchange/exchange.hpp"

namespace tacit::http {

/// Of a plane. On the admin plane no route takes a credential or a body.
std::span<const Route> routes_of(Plane plane);

/// The same without the pages for people, which openapi.json does not list, because they are no API.
std::span<const Route> documented_routes(Plane plane);

/// Whether the route is polled by monitors and balancers: /healthz, /readyz. Null is no probe.
bool is_probe(const Route* route);

}  // namespace tacit::http
