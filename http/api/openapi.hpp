// The OpenAPI document: http/api/openapi.json, which the build puts into the program, and each plane's part of it.
#pragma once

#include <string_view>

#include "http/exchange/exchange.hpp"

namespace tacit::http {

/// All of it, as the file has it.
std::string_view openapi_source();

/// What the plane's routes table serves, with the components that this needs. Made at the first call. Thread-safe.
std::string_view openapi_document(Plane plane);

}  // namespace tacit::http
