#include "store/timestamp.hpp"

#include <array>
#include <cstdio>

namespace tacit::store {

std::string rfc3339(std::int64_t instant) {
  using namespace std::chrono;
  const sys_time<microseconds> time{microseconds{instant}};
  const auto midnight = floor<days>(time);
  const year_month_day date{midnight};
  const hh_mm_ss clock{floor<seconds>(time - midnight)};
  const auto fraction = time - floor<seconds>(time);
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(fraction.count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace tacit::store
