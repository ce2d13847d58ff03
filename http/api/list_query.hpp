// The query of a list: `?limit=&cursor=&tool_name=&secret_name=`, each optional.
#pragma once

#include <string_view>

#include "http/json/faults.hpp"
#include "store/model/secret_list.hpp"

namespace tacit::http {

/// Reads the part of the target after `?`. Unknown names are ignored; a repeated known name is a fault.
Parsed<store::ListQuery> parse_list_query(std::string_view query);

}  // namespace tacit::http
