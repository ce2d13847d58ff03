// Detects bodies for which a JSON parser's error would not be helpful. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "http/exchange/problem.hpp"

namespace tacit::http {

/// Judges by the first bytes of a body: body_compressed, without a Content-Encoding; or body_not_utf8, for UTF-16 and
/// UTF-32 (JSON is sent in UTF-8: RFC 8259 section 8.1). nullopt for everything else, JSON or not.
std::optional<Problem> unreadable_encoding(std::string_view body);

/// Whether the value of a `Content-Type` announces JSON: `application/json` with or without parameters, or a type with
/// the suffix +json (RFC 6839 section 3.1). A missing type counts as JSON.
bool is_json_type(std::string_view content_type);

}  // namespace tacit::http
