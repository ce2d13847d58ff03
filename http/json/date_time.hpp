// Instants as requests write them: RFC 3339 date-times.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace tacit::http {

struct DateTimeError {
  std::string_view words;  ///< in those of the Rust crate `speedate` (pydantic's parser); empty: it has no offset
};

/// The instant in microseconds since the Unix epoch, or why the text is none. Digits of a second beyond the sixth are
/// dropped. A leap second (:60) is refused, as pydantic does.
std::variant<std::int64_t, DateTimeError> parse_date_time(std::string_view text);

}  // namespace tacit::http
