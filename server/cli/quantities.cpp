#include "server/cli/quantities.hpp"

#include <array>
#include <utility>

namespace tacit::server {

std::string size_text(std::uint64_t bytes) {
  const std::string text = short_size_text(bytes);
  return bytes < 1024 ? text : text + " (" + counted(bytes, "byte") + ")";
}

std::string duration_text(std::chrono::seconds span) {
  using Unit = std::pair<std::int64_t, const char*>;
  constexpr std::array units = {Unit{86400, ""}, Unit{3600, " h"}, Unit{60, " min"}, Unit{1, " s"}};
  std::int64_t rest = span.count();
  std::size_t at = 0;
  while (at + 1 < units.size() && rest < units[at].first) ++at;
  std::string text;
  for (const std::size_t last = at + 2; at < last && at < units.size(); ++at) {
    const std::int64_t number = rest / units[at].first;
    rest %= units[at].first;
    if (number == 0 && !text.empty()) continue;
    if (!text.empty()) text += ' ';
    text += at == 0 ? counted(static_cast<std::uint64_t>(number), "day") : std::to_string(number) + units[at].second;
  }
  return text;
}

}  // namespace tacit::server
