#include "http/api/list_query.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "crypto/text/utf8.hpp"
#include "http/api/list_cursor.hpp"
#include "http/json/limits.hpp"
#include "http/wire/target.hpp"

namespace tacit::http {
namespace {

struct Parameter {
  std::string_view name;
  std::optional<std::string> value{};
  bool repeated = false;
};

// In the order in which their faults are reported.
enum : std::size_t { limit_at, cursor_at, tool_name_at, secret_name_at };
using Parameters = std::array<Parameter, 4>;

Parameters split(std::string_view query) {
  Parameters parameters{Parameter{"limit"}, Parameter{"cursor"}, Parameter{"tool_name"}, Parameter{"secret_name"}};
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) continue;  // not reached: the target was validated before
    const auto known = std::ranges::find(parameters, *name, &Parameter::name);
    if (known == parameters.end()) continue;
    known->repeated = known->value.has_value();
    known->value = std::move(value);
  }
  return parameters;
}

void check_limit(const Parameter& parameter, std::optional<std::size_t>& limit, Faults& faults) {
  std::string_view text = *parameter.value;
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  Loc loc{"query", parameter.name};
  const bool signed_twice = text.size() != parameter.value->size() && text.starts_with('-');
  if (error == std::errc::invalid_argument || end != text.data() + text.size() || signed_twice) {
    faults.push_back(int_parsing(std::move(loc)));
  } else if (error == std::errc::result_out_of_range ? text.starts_with('-')
                                                     : number < static_cast<std::int64_t>(limits::list_min)) {
    faults.push_back(greater_than_equal(std::move(loc), limits::list_min));
  } else if (error == std::errc::result_out_of_range || number > static_cast<std::int64_t>(limits::list_max)) {
    faults.push_back(less_than_equal(std::move(loc), limits::list_max));
  } else {
    limit = static_cast<std::size_t>(number);
  }
}

// An empty cursor means the first page: clients begin their loops with it.
void check_cursor(const Parameter& parameter, std::optional<crypto::Uuid>& after, Faults& faults) {
  if (parameter.value->empty()) return;
  after = read_list_cursor(*parameter.value);
  if (!after) faults.push_back(value_error(Loc{"query", parameter.name}, "cursor was not returned by a list"));
}

void check_text(Parameter& parameter, limits::Length length, std::optional<std::string>& text, Faults& faults) {
  Loc loc{"query", parameter.name};
  const std::size_t size = crypto::count_code_points(*parameter.value);
  if (!crypto::is_utf8(*parameter.value)) {
    faults.push_back(string_unicode(std::move(loc)));
  } else if (size < length.min) {
    faults.push_back(string_too_short(std::move(loc), length.min));
  } else if (size > length.max) {
    faults.push_back(string_too_long(std::move(loc), length.max, size));
  } else {
    text = std::move(parameter.value);
  }
}

// Whether there is a value to check.
bool came_once(const Parameter& parameter, Faults& faults) {
  if (parameter.repeated) {
    faults.push_back(value_error(Loc{"query", parameter.name}, "given more than once"));
    return false;
  }
  return parameter.value.has_value();
}

}  // namespace

Parsed<store::ListQuery> parse_list_query(std::string_view query) {
  Parameters parameters = split(query);
  store::ListQuery list;
  Faults faults;
  if (auto& limit = parameters[limit_at]; came_once(limit, faults)) check_limit(limit, list.limit, faults);
  if (auto& cursor = parameters[cursor_at]; came_once(cursor, faults)) check_cursor(cursor, list.after, faults);
  if (auto& tool = parameters[tool_name_at]; came_once(tool, faults)) {
    check_text(tool, limits::tool_name, list.tool_name, faults);
  }
  if (auto& name = parameters[secret_name_at]; came_once(name, faults)) {
    check_text(name, limits::secret_name, list.secret_name, faults);
  }
  if (!faults.empty()) return faults;
  return list;
}

}  // namespace tacit::http
