// How far a long task has come: a bar that redraws itself on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace tacit::server {

class Progress {
 public:
  /// `bar`: the stream is a terminal. `unit`: what is counted.
  Progress(std::ostream& out, std::string what, bool bar, const char* unit = "rows")
      : out_(out), what_(std::move(what)), bar_(bar), unit_(unit) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  ///< clears the bar

  /// May be called for every step: draws at most ten times a second on a terminal, and a line for each tenth elsewhere.
  void show(std::uint64_t done, std::uint64_t total);

 private:
  void draw_bar(std::uint64_t percent, const std::string& figures);

  std::ostream& out_;
  std::string what_;
  bool bar_;
  const char* unit_;
  bool drawn_ = false;
  std::uint64_t last_tenth_ = 0;
  std::chrono::steady_clock::time_point last_drawn_{};
};

}  // namespace tacit::server
