#include "http/json/instant_field.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include "http/json/date_time.hpp"

namespace tacit::http {

std::optional<std::int64_t> read_instant(std::string_view text, Loc loc, Faults& faults) {
  const auto parsed = parse_date_time(text);
  const auto* const error = std::get_if<DateTimeError>(&parsed);
  if (error == nullptr) return std::get<std::int64_t>(parsed);
  faults.push_back(error->words.empty() ? timezone_aware(std::move(loc))
                                        : datetime_parsing(std::move(loc), error->words));
  return std::nullopt;
}

void InstantField::check(std::string_view name, std::int64_t now, std::optional<std::int64_t>& instant,
                         Faults& faults) const {
  using namespace std::chrono;
  constexpr sys_time<microseconds> past_last = sys_days(year(9999) / January / 1);
  Loc loc{"body", name};
  if (text_.given() == Given::wrong) return faults.push_back(datetime_type(std::move(loc)));
  if (!text_.has_value()) return;
  if (text_.code_points() > text_length.max) {
    return faults.push_back(datetime_parsing(std::move(loc), "unexpected extra characters at the end of the input"));
  }
  instant = read_instant(text_.view(), loc, faults);
  if (!instant) return;
  if (*instant <= now) {
    faults.push_back(datetime_future(std::move(loc)));
  } else if (*instant >= past_last.time_since_epoch().count()) {
    faults.push_back(less_than(std::move(loc), "9999-01-01T00:00:00Z"));
  }
}

}  // namespace tacit::http
