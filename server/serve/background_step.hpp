// A step of a background thread, which does not end the process when memory or descriptors are short.
#pragma once

#include <exception>
#include <string_view>

namespace tacit::server {

/// Logs, at most once a minute for each process, that a background thread could not take a step. Does not throw.
void note_failed_step(std::string_view thread, const std::exception& error) noexcept;

/// Calls `step`. True if it did not throw; else the failure is logged, and the thread should try again after a pause.
template <class Step>
bool take_step(std::string_view thread, const Step& step) noexcept {
  try {
    step();
    return true;
  } catch (const std::exception& error) {
    note_failed_step(thread, error);
    return false;
  }
}

}  // namespace tacit::server
