#include "store/model/timestamp.hpp"

#include <algorithm>

namespace tacit::store {
namespace {

/// Writes the last `count` digits of a number, with leading zeros, and the character after them.
char* put_digits(char* at, unsigned number, int count, char after) {
  for (int i = count - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  at[count] = after;
  return at + count + 1;
}

}  // namespace

// The calendar is the standard library's, whose conversion from days is integer arithmetic (libstdc++ uses Neri and
// Schneider, "Euclidean affine functions and their application to calendar algorithms", 2022): no time zone, no locale,
// no lock.
Rfc3339Text rfc3339_text(std::int64_t microseconds_since_epoch) {
  using namespace std::chrono;
  constexpr sys_time<microseconds> first = sys_days(year(0) / January / 1);
  constexpr sys_time<microseconds> past = sys_days(year(10000) / January / 1);
  const auto instant =
      std::clamp(sys_time<microseconds>(microseconds(microseconds_since_epoch)), first, past - microseconds(1));
  const auto day = floor<days>(instant);
  const year_month_day date(day);
  const hh_mm_ss time(instant - day);
  Rfc3339Text text;
  char* at = text.data();
  at = put_digits(at, static_cast<unsigned>(static_cast<int>(date.year())), 4, '-');
  at = put_digits(at, static_cast<unsigned>(date.month()), 2, '-');
  at = put_digits(at, static_cast<unsigned>(date.day()), 2, 'T');
  at = put_digits(at, static_cast<unsigned>(time.hours().count()), 2, ':');
  at = put_digits(at, static_cast<unsigned>(time.minutes().count()), 2, ':');
  at = put_digits(at, static_cast<unsigned>(time.seconds().count()), 2, '.');
  put_digits(at, static_cast<unsigned>(time.subseconds().count()), 6, 'Z');
  return text;
}

}  // namespace tacit::store
