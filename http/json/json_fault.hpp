// Where a text stops being JSON, for the answer that says so. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tacit::http {

struct JsonFault {
  std::size_t offset;      ///< bytes
  std::string_view words;  ///< of static storage
};

/// The first fault that Python's json module (3.11) finds, at the place and in the words that it has for it: clients of
/// the published API, which reads bodies with that module, know them. Returns nullopt if it finds none; it takes more
/// than RFC 8259 does: NaN, Infinity, halves of surrogate pairs, a key twice. Returns nullopt, too, past
/// limits::json_depth.
std::optional<JsonFault> python_json_fault(std::string_view text);

}  // namespace tacit::http
