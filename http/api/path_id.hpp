// The id at the end of a path.
#pragma once

#include <string_view>

#include "crypto/ids/uuid.hpp"
#include "http/json/faults.hpp"

namespace tacit::http {

/// Reads the last segment of the path, as sent; the fault's place is `["path", name]`.
Parsed<crypto::Uuid> parse_path_id(std::string_view segment, std::string_view name);

}  // namespace tacit::http
