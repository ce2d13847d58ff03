// Progress of a long task: a bar that is redrawn on a terminal, occasional lines elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace tacit::server {

class Progress {
 public:
  enum class Rate : bool { no, yes };

  static constexpr const char* bytes = nullptr;  ///< as a unit: amounts are shown as sizes

  /// `bar`: the stream is a terminal. `unit`: what is counted, in the plural. `rate`: whether to show the number per
  /// second.
  Progress(std::ostream& out, std::string what, bool bar, const char* unit = "rows", Rate rate = Rate::no)
      : out_(out), what_(std::move(what)), bar_(bar), unit_(unit), with_rate_(rate == Rate::yes) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  ///< clears the bar

  /// May be called for every step: draws at most ten times per second on a terminal, one line per tenth elsewhere. A
  /// total of 0 is not known: then there is no percentage, and elsewhere a line each time that the number has doubled.
  /// Less than before says that the task began again, as a walk does whose snapshot was lost.
  void show(std::uint64_t done, std::uint64_t total);

 private:
  std::string amount(std::uint64_t number) const;
  std::string rate(std::uint64_t done) const;
  std::string with_unit(std::string figures, std::uint64_t number, std::uint64_t done) const;
  void begin_again();
  void show_number(std::uint64_t done);
  void draw_bar(std::uint64_t percent, const std::string& figures);
  /// Whether it is long enough since the last drawing.
  bool draws_now();

  std::ostream& out_;
  std::string what_;
  bool bar_;
  const char* unit_;
  bool with_rate_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  bool drawn_ = false;
  static constexpr std::uint64_t first_line = 10'000;
  std::uint64_t last_done_ = 0;
  std::uint64_t last_tenth_ = 0;
  std::uint64_t next_line_ = first_line;  ///< the number that the next line is for, if the total is not known
  std::chrono::steady_clock::time_point last_drawn_{};
};

}  // namespace tacit::server
