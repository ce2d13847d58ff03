#include "store/model/timestamp.hpp"

#include <algorithm>

namespace tacit::store {
namespace {

/// Writes the last `pairs` pairs of digits of a number, with leading zeros, and the character after them.
template <int pairs>
char* put_digits(char* at, unsigned number, char after) {
  for (int i = pairs - 1; i >= 0; --i) {
    const unsigned pair = number % 100;
    at[2 * i] = static_cast<char>('0' + pair / 10);
    at[2 * i + 1] = static_cast<char>('0' + pair % 10);
    number /= 100;
  }
  at[2 * pairs] = after;
  return at + 2 * pairs + 1;
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
  at = put_digits<2>(at, static_cast<unsigned>(static_cast<int>(date.year())), '-');
  at = put_digits<1>(at, static_cast<unsigned>(date.month()), '-');
  at = put_digits<1>(at, static_cast<unsigned>(date.day()), 'T');
  at = put_digits<1>(at, static_cast<unsigned>(time.hours().count()), ':');
  at = put_digits<1>(at, static_cast<unsigned>(time.minutes().count()), ':');
  at = put_digits<1>(at, static_cast<unsigned>(time.seconds().count()), '.');
  put_digits<3>(at, static_cast<unsigned>(time.subseconds().count()), 'Z');
  return text;
}

}  // namespace tacit::store
