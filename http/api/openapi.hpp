// The OpenAPI document: http/api/openapi.json, which the build embeds into the program, and each plane's part of it.
#pragma once

#include <string_view>

#include "http/exchange/exchange.hpp"

namespace tacit::http {

/// The complete file.
std::string_view openapi_source();

/// The plane's paths with the components that they need. Built at the first call. Thread-safe.
std::string_view openapi_document(Plane plane);

}  // namespace tacit::http
