// Parses instants in requests: RFC 3339 date-times.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace tacit::http {

struct DateTimeError {
  std::string_view words;  ///< in the wording of the Rust crate `speedate` (pydantic's parser); empty: it has no offset
};

/// The instant in microseconds since the Unix epoch, or the fault. Fractional digits beyond the sixth are dropped. Leap
/// seconds (:60) are refused, as by pydantic.
std::variant<std::int64_t, DateTimeError> parse_date_time(std::string_view text);

}  // namespace tacit::http
