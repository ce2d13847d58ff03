#include "http/api/list_query.hpp"

#include <array>
#include <optional>
#include <utility>

#include "crypto/text/utf8.hpp"
#include "http/api/list_cursor.hpp"
#include "http/api/query_parameters.hpp"
#include "http/json/instant_field.hpp"
#include "http/json/limits.hpp"

namespace tacit::http {
namespace {

// In the order in which their faults are reported.
enum : std::size_t { limit_at, cursor_at, tool_name_at, secret_name_at, expires_before_at, view_at };

// An empty cursor means the first page: clients begin their loops with it.
void check_cursor(const QueryParameter& parameter, std::optional<crypto::Uuid>& after, Faults& faults) {
  if (parameter.value->empty()) return;
  after = read_list_cursor(*parameter.value);
  if (!after) faults.push_back(value_error(parameter.loc(), "cursor was not returned by a list"));
}

void check_text(QueryParameter& parameter, limits::Length length, std::optional<std::string>& text, Faults& faults) {
  if (!parameter.came_once(faults)) return;
  const std::size_t size = crypto::count_code_points(*parameter.value);
  if (!crypto::is_utf8(*parameter.value)) {
    faults.push_back(string_unicode(parameter.loc()));
  } else if (size < length.min) {
    faults.push_back(string_too_short(parameter.loc(), length.min));
  } else if (size > length.max) {
    faults.push_back(string_too_long(parameter.loc(), length.max, size));
  } else {
    text = std::move(parameter.value);
  }
}

}  // namespace

Parsed<store::ListQuery> parse_list_query(std::string_view query) {
  store::ListQuery list;
  if (query.empty()) return list;
  std::array<QueryParameter, 6> parameters{QueryParameter{"limit"},          QueryParameter{"cursor"},
                                           QueryParameter{"tool_name"},      QueryParameter{"secret_name"},
                                           QueryParameter{"expires_before"}, QueryParameter{"view"}};
  read_query(query, parameters);
  Faults faults;
  if (const auto& limit = parameters[limit_at]; limit.came_once(faults)) {
    list.limit = read_count(limit, limits::list_min, limits::list_max, faults);
  }
  if (const auto& cursor = parameters[cursor_at]; cursor.came_once(faults)) check_cursor(cursor, list.after, faults);
  check_text(parameters[tool_name_at], limits::tool_name, list.tool_name, faults);
  check_text(parameters[secret_name_at], limits::secret_name, list.secret_name, faults);
  if (const auto& expiry = parameters[expires_before_at]; expiry.came_once(faults)) {
    list.expires_before = read_instant(*expiry.value, expiry.loc(), faults);
  }
  list.with_last_use = read_view(parameters[view_at], faults);
  if (!faults.empty()) return faults;
  return list;
}

}  // namespace tacit::http
