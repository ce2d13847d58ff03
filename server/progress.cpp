#include "server/progress.hpp"

#include <algorithm>

namespace tacit::server {

void Progress::show(std::uint64_t done, std::uint64_t total) {
  // A live store may grow while it is walked: never more than all of it.
  const std::uint64_t percent = total == 0 ? 100 : std::min<std::uint64_t>(100, done * 100 / total);
  const std::string figures = std::to_string(done) + " of " + std::to_string(total) + ' ' + unit_;
  if (bar_) {
    draw_bar(percent, figures);
  } else if (percent / 10 > last_tenth_) {
    last_tenth_ = percent / 10;
    out_ << what_ << ": " << percent << " %, " << figures << std::endl;
  }
}

void Progress::draw_bar(std::uint64_t percent, const std::string& figures) {
  constexpr std::uint64_t width = 30;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && percent < 100 && now - last_drawn_ < std::chrono::milliseconds(100)) return;
  last_drawn_ = now;
  drawn_ = true;
  const std::uint64_t filled = percent * width / 100;
  // To the start of the line, then the bar, then clear what an earlier, longer one left.
  out_ << '\r' << what_ << " [" << std::string(filled, '#') << std::string(width - filled, ' ') << "] " << percent
       << " %, " << figures << "\x1b[K" << std::flush;
}

Progress::~Progress() {
  if (drawn_) out_ << "\r\x1b[K" << std::flush;
}

}  // namespace tacit::server
