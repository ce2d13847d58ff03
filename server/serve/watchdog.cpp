#include "server/serve/watchdog.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "http/log/log.hpp"
#include "server/serve/background_step.hpp"

namespace tacit::server {
namespace {

using std::chrono::microseconds;

/// A third of the manager's limit, so that two of three messages may be late. Without a watchdog, only the status is
/// updated.
microseconds interval_of(const ServiceManager& manager) {
  constexpr microseconds longest = std::chrono::seconds(2);
  return manager.watchdog() ? std::clamp(*manager.watchdog() / 3, microseconds(1000), longest) : longest;
}

}  // namespace

Watchdog::Watchdog(const ServiceManager& manager, std::string healthy_status, Trouble trouble)
    : manager_(manager),
      healthy_status_(std::move(healthy_status)),
      trouble_(std::move(trouble)),
      interval_(interval_of(manager)),
      told_(healthy_status_) {
  if (!manager_.listens()) return;
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "watchdog");
}

Watchdog::~Watchdog() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Watchdog::keep_status() {
  const std::lock_guard lock(mutex_);
  tells_status_ = false;
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    take_step("watchdog", [this] { look(); });
    changed_.wait_for(lock, interval_, [this] { return over_; });
  }
}

std::optional<std::string> Watchdog::ask() const {
  try {
    return trouble_();
  } catch (const std::exception& error) {
    return error.what();
  }
}

void Watchdog::look() {
  const std::optional<std::string> trouble = ask();
  if (!trouble && manager_.watchdog()) manager_.alive();
  const std::string status = trouble ? "in trouble: " + *trouble : healthy_status_;
  if (!tells_status_ || status == told_) return;
  told_ = status;
  manager_.status(status);
  // The text may contain a duration and change; the log gets only one line for the beginning and one for the end.
  if (std::exchange(in_trouble_, trouble.has_value()) == trouble.has_value()) return;
  if (trouble) {
    http::log(http::LogLine(http::LogLevel::warn, "in_trouble").field("reason", *trouble));
  } else {
    http::log(http::LogLine(http::LogLevel::info, "recovered"));
  }
}

}  // namespace tacit::server
