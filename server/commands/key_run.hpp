// What `tacit key rewrap` and `tacit tenant rekey` have in common: their rate, and what they show during a run.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>

#include "server/cli/progress.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/config/values.hpp"
#include "server/wiring/open_store.hpp"
#include "store/keys/run_steps.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::server {

/// Per second; 0: unlimited. Throws UsageError.
inline std::uint64_t read_rate(std::string_view text) { return read_number(text, 0, 1'000'000); }

/// Counts the remaining work of the run, and shows `title` meanwhile. Throws CommandFailed.
template <class Run>
std::uint64_t count_work(Run& work, const std::string& title) {
  Progress progress(std::cerr, title, ::isatty(STDERR_FILENO) == 1);
  return value_or_fail(work.count([&](const store::VerifyProgress& p) { progress.show(p.rows, p.rows_total); }),
                       "cannot count the remaining work");
}

/// Runs it to its end; `total` is the number that count_work returned. Complains about problems on standard error, the
/// first 100 of them, and about audit entries that could not be written. Throws CommandFailed.
template <class Run>
void run_to_end(Run& work, std::uint64_t total, Progress& progress, const std::string& what_is_recorded) {
  constexpr std::uint64_t most_problems_shown = 100;
  std::uint64_t problems = 0;
  store::RunWatch watch;
  watch.moved = [&](std::uint64_t number) {
    if (number > 0) progress.show(number, std::max(total, number));
  };
  watch.problem = [&](const std::string& problem) {
    if (++problems <= most_problems_shown) complain(problem);
  };
  watch.not_recorded = [&](const store::Failure& failure) {
    complain("cannot record " + what_is_recorded + ": " + sentence(failure));
  };
  value_or_fail(run(work.run(std::move(watch))),
                "cannot continue; finished work is kept, and the next run continues from there");
}

}  // namespace tacit::server
