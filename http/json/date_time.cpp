#include "http/json/date_time.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "crypto/text/ascii.hpp"

namespace tacit::http {
namespace {

using namespace std::chrono;

constexpr std::size_t date_size = 10;
constexpr DateTimeError trailing{"unexpected extra characters at the end of the input"};

using crypto::is_digit;

/// Removes that many digits from the front of the text and returns their number.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits || !std::ranges::all_of(text.substr(0, digits), is_digit)) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, digits)) number = number * 10 + (c - '0');
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::variant<sys_days, DateTimeError> take_date(std::string_view& text) {
  if (text.size() < date_size) return DateTimeError{"input is too short"};
  const auto year_number = take_number(text, 4);
  if (!year_number) return DateTimeError{"invalid character in year"};
  if (!take(text, '-')) return DateTimeError{"invalid date separator, expected `-`"};
  const auto month_number = take_number(text, 2);
  if (!month_number) return DateTimeError{"invalid character in month"};
  if (!take(text, '-')) return DateTimeError{"invalid date separator, expected `-`"};
  const auto day_number = take_number(text, 2);
  if (!day_number) return DateTimeError{"invalid character in day"};
  const month of_year(static_cast<unsigned>(*month_number));
  if (!of_year.ok()) return DateTimeError{"month value is outside expected range of 1-12"};
  const year_month_day date(year(*year_number), of_year, day(static_cast<unsigned>(*day_number)));
  if (!date.ok()) return DateTimeError{"day value is outside expected range"};
  return sys_days(date);
}

/// Removes two digits whose number is below `past`.
std::optional<int> take_pair(std::string_view& text, int past) {
  const auto number = take_number(text, 2);
  return number && *number < past ? number : std::nullopt;
}

std::optional<microseconds> take_fraction(std::string_view& text) {
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  if (digits == 0) return std::nullopt;
  std::int64_t number = 0;
  for (std::size_t i = 0; i < 6; ++i) number = number * 10 + (i < digits ? text[i] - '0' : 0);
  text.remove_prefix(digits);
  return microseconds(number);
}

std::optional<microseconds> take_time(std::string_view& text) {
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  const auto hour = take_pair(text, 24);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_pair(text, 60);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_pair(text, 60);
  if (!second) return std::nullopt;
  const microseconds whole = hours(*hour) + minutes(*minute) + seconds(*second);
  if (!take(text, '.')) return whole;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  return whole + *fraction;
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return minutes(0);
  const bool west = take(text, '-');
  if (!west && !take(text, '+')) return std::nullopt;
  const auto hour = take_pair(text, 24);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_pair(text, 60);
  if (!minute) return std::nullopt;
  const minutes east = hours(*hour) + minutes(*minute);
  return west ? -east : east;
}

}  // namespace

std::variant<std::int64_t, DateTimeError> parse_date_time(std::string_view text) {
  const auto date = take_date(text);
  if (const auto* error = std::get_if<DateTimeError>(&date)) return *error;
  if (text.empty()) return DateTimeError{};
  const auto time = take_time(text);
  if (!time) return trailing;
  if (text.empty()) return DateTimeError{};
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return trailing;
  return microseconds(std::get<sys_days>(date) + *time - *offset - sys_days()).count();
}

}  // namespace tacit::http
