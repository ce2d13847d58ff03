// Whether a server can serve a plane's clients.
#pragma once

#include <string>
#include <vector>

#include "http/exchange/exchange.hpp"
#include "store/health.hpp"
#include "store/store.hpp"

namespace tacit::http {

/// The reasons for which a load balancer should send no clients to `plane`, for people; empty: it is ready. `room` is
/// that of `store`, `draining` whether the server shuts down. For the admin plane, `serves_api` is whether the server
/// serves the API. Any thread.
std::vector<std::string> reasons_not_ready(Plane plane, const store::Store& store, const store::Room& room,
                                           bool draining, bool serves_api);

}  // namespace tacit::http
