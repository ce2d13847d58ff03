// Bodies that no JSON parser can say anything useful of. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "http/exchange/problem.hpp"

namespace tacit::http {

/// By the first bytes of a body: body_compressed, where no field says that it is; or body_not_utf8, for UTF-16 and
/// UTF-32 (JSON is sent in UTF-8: RFC 8259 section 8.1). Nothing for all else, JSON or not.
std::optional<Problem> unreadable_encoding(std::string_view body);

}  // namespace tacit::http
