// Text as a JSON string (RFC 8259 section 7), for the audit log.
#pragma once

#include <string>
#include <string_view>

namespace tacit::store {

/// Appends the text in quotes, escaped. Bytes that are not UTF-8 become U+FFFD, so the line is valid JSON for any
/// input.
void append_json_string(std::string& out, std::string_view text);

}  // namespace tacit::store
