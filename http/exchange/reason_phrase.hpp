// The status line's reason phrases.
#pragma once

#include <string_view>

namespace tacit::http {

/// As RFC 9110 section 15 has it; "Unknown" for a status that is not answered.
std::string_view reason_phrase(unsigned status);

}  // namespace tacit::http
