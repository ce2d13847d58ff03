// The parameters in the query of a request target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/json/faults.hpp"

namespace tacit::http {

struct QueryParameter {
  std::string_view name;  ///< in static storage
  std::optional<std::string> value{};
  bool repeated = false;

  /// Whether there is a value to check. Reports a repeated parameter.
  bool came_once(Faults& faults) const;
  Loc loc() const { return Loc{"query", name}; }
};

/// Fills in the values of those in `known`. The query is the part of the target after `?`. Other names are ignored.
void read_query(std::string_view query, std::span<QueryParameter> known);

/// A whole number from `min` to `max`; otherwise a fault and std::nullopt.
std::optional<std::size_t> read_count(const QueryParameter& parameter, std::size_t min, std::size_t max,
                                      Faults& faults);

/// Whether `?view=full` asks for all fields of a secret. Any other view is a fault.
bool read_view(const QueryParameter& parameter, Faults& faults);
struct View {
  bool full = false;
};
Parsed<View> parse_view(std::string_view query);

}  // namespace tacit::http
