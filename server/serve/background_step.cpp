#include "server/serve/background_step.hpp"

#include <chrono>

#include "crypto/time/at_most_every.hpp"
#include "http/log/log.hpp"

namespace tacit::server {

void note_failed_step(std::string_view thread, const std::exception& error) noexcept {
  static crypto::SharedAtMostEvery complaints{std::chrono::minutes(1)};
  try {
    if (!complaints.admit(std::chrono::steady_clock::now())) return;
    http::LogLine line(http::LogLevel::error, "background_step_failed");
    http::log(line.field("thread", thread).field("reason", error.what()));
  } catch (const std::exception&) {  // no memory for the line either; the next failure is logged
  }
}

}  // namespace tacit::server
