#include "server/cli/progress.hpp"

#include <algorithm>

#include "server/cli/quantities.hpp"
#include "server/cli/standard_streams.hpp"
#include "store/engine/whereabouts.hpp"

namespace tacit::server {

void Progress::show(std::uint64_t done, std::uint64_t total) {
  const store::WaitsForOthers reader;
  if (done < last_done_) begin_again();
  last_done_ = done;
  if (total == 0 && done > 0) return show_number(done);
  // A live store may grow during the walk; never show more than 100 %.
  const std::uint64_t percent = total == 0 ? 100 : std::min<std::uint64_t>(100, done * 100 / total);
  const std::string figures = with_unit(amount(done).append(" of ").append(amount(total)), total, done);
  if (bar_) {
    draw_bar(percent, figures);
  } else if (percent / 10 > last_tenth_) {
    last_tenth_ = percent / 10;
    out_ << what_ << ": " << percent << " %, " << figures << std::endl;
  }
}

void Progress::begin_again() {
  last_tenth_ = 0;
  next_line_ = first_line;
  if (drawn_) out_ << line_start << clear_to_end;
  out_ << what_ << ": from the beginning again" << std::endl;
}

void Progress::show_number(std::uint64_t done) {
  const std::string figures = with_unit(amount(done), done, done);
  if (bar_) {
    if (draws_now()) out_ << line_start << what_ << ": " << figures << clear_to_end << std::flush;
  } else if (done >= next_line_) {
    while (next_line_ <= done) next_line_ *= 2;
    out_ << what_ << ": " << figures << std::endl;
  }
}

std::string Progress::with_unit(std::string figures, std::uint64_t number, std::uint64_t done) const {
  if (unit_ == bytes) return figures;
  std::string unit = unit_;
  if (number == 1 && unit.ends_with('s')) unit.pop_back();
  return figures.append(" ").append(unit).append(rate(done));
}

std::string Progress::amount(std::uint64_t number) const {
  return unit_ == bytes ? short_size_text(number) : std::to_string(number);
}

std::string Progress::rate(std::uint64_t done) const {
  if (!with_rate_) return {};
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - began_;
  if (taken.count() <= 0) return {};
  return ", " + std::to_string(static_cast<std::uint64_t>(static_cast<double>(done) / taken.count())) + " a second";
}

void Progress::draw_bar(std::uint64_t percent, const std::string& figures) {
  constexpr std::uint64_t width = 30;
  if (!draws_now() && percent < 100) return;
  const std::uint64_t filled = percent * width / 100;
  // Start of line, the bar, then clear the rest of an earlier, longer bar.
  out_ << line_start << what_ << " [" << std::string(filled, '#') << std::string(width - filled, ' ') << "] " << percent
       << " %, " << figures << clear_to_end << std::flush;
}

bool Progress::draws_now() {
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_drawn_ < std::chrono::milliseconds(100)) return false;
  last_drawn_ = now;
  drawn_ = true;
  return true;
}

Progress::~Progress() {
  if (drawn_) out_ << line_start << clear_to_end << std::flush;
}

}  // namespace tacit::server
