// The status line's reason phrases.
#pragma once

#include <string_view>

namespace tacit::http {

/// As in RFC 9110 section 15; "Unknown" for a status that Tacit never answers.
std::string_view reason_phrase(unsigned status);

}  // namespace tacit::http
