// The query of a list: `?limit=&cursor=&tool_name=&secret_name=&expires_before=&view=`, each optional.
#pragma once

#include <string_view>

#include "http/json/faults.hpp"
#include "store/model/secret_list.hpp"

namespace tacit::http {

/// Reads the part of the target after `?`. Unknown names are ignored; a repeated known name is a fault. The full view
/// is the one with the last use.
Parsed<store::ListQuery> parse_list_query(std::string_view query);

}  // namespace tacit::http
