#include "http/api/query_parameters.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "http/wire/target.hpp"

namespace tacit::http {

bool QueryParameter::came_once(Faults& faults) const {
  if (repeated) {
    faults.push_back(value_error(loc(), "given more than once"));
    return false;
  }
  return value.has_value();
}

void read_query(std::string_view query, std::span<QueryParameter> known) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) continue;  // not reached: the target was validated before
    const auto parameter = std::ranges::find(known, *name, &QueryParameter::name);
    if (parameter == known.end()) continue;
    parameter->repeated = parameter->value.has_value();
    parameter->value = std::move(value);
  }
}

std::optional<std::size_t> read_count(const QueryParameter& parameter, std::size_t min, std::size_t max,
                                      Faults& faults) {
  std::string_view text = *parameter.value;
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool signed_twice = text.size() != parameter.value->size() && text.starts_with('-');
  if (error == std::errc::invalid_argument || end != text.data() + text.size() || signed_twice) {
    faults.push_back(int_parsing(parameter.loc()));
  } else if (error == std::errc::result_out_of_range ? text.starts_with('-')
                                                     : number < static_cast<std::int64_t>(min)) {
    faults.push_back(greater_than_equal(parameter.loc(), min));
  } else if (error == std::errc::result_out_of_range || number > static_cast<std::int64_t>(max)) {
    faults.push_back(less_than_equal(parameter.loc(), max));
  } else {
    return static_cast<std::size_t>(number);
  }
  return std::nullopt;
}

bool read_view(const QueryParameter& parameter, Faults& faults) {
  if (!parameter.came_once(faults)) return false;
  if (parameter.value == "full") return true;
  faults.push_back(literal_error(parameter.loc(), "'full'"));
  return false;
}

Parsed<View> parse_view(std::string_view query) {
  if (query.empty()) return View{};
  QueryParameter view{"view"};
  read_query(query, {&view, 1});
  Faults faults;
  const bool full = read_view(view, faults);
  if (!faults.empty()) return faults;
  return View{full};
}

}  // namespace tacit::http
