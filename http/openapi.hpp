// The OpenAPI document of all that is served: http/openapi.json, which the build puts into the program.
#pragma once

#include <string_view>

namespace tacit::http {

std::string_view openapi_document();

}  // namespace tacit::http
