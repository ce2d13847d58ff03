// Finds the first JSON syntax error of a text, for the 422 response. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tacit::http {

struct JsonFault {
  std::size_t offset;      ///< bytes
  std::string_view words;  ///< in static storage
};

/// The first fault that Python's json module (3.11) finds, with its offset and text, which clients of the published API
/// know because that API uses the module. Returns nullopt if it finds none; it accepts more than RFC 8259: NaN,
/// Infinity, halves of surrogate pairs, duplicate keys. Also returns nullopt beyond limits::json_depth.
std::optional<JsonFault> python_json_fault(std::string_view text);

}  // namespace tacit::http
