#include "http/chain/date_field.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace tacit::http {

void DateField::refresh() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> buffer{};
  // Names from tables, because strftime's depend on the locale.
  const auto day = static_cast<std::size_t>(utc.tm_wday);
  const auto month = static_cast<std::size_t>(utc.tm_mon);
  const int size = std::snprintf(buffer.data(), buffer.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[day],
                                 utc.tm_mday, months[month], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  text_.assign(buffer.data(), static_cast<std::size_t>(size));
}

}  // namespace tacit::http
