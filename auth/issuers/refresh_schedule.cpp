#include "auth/issuers/refresh_schedule.hpp"

#include <algorithm>
#include <utility>

namespace tacit::auth {
namespace {

using std::chrono::milliseconds;

// For a response that does not state its freshness.
constexpr milliseconds unsaid_freshness{5 * 60'000};

}  // namespace

RefreshSchedule::Time RefreshSchedule::after(Time now, milliseconds interval, double spread) const {
  const double factor = 0.9 + 0.2 * std::clamp(spread, 0.0, 1.0);
  return now + milliseconds(static_cast<milliseconds::rep>(static_cast<double>(interval.count()) * factor));
}

RefreshSchedule::Time RefreshSchedule::wakes_at() const {
  return serves_until_ ? std::min(due_, *serves_until_) : due_;
}

void RefreshSchedule::started(Time now) {
  fetching_ = true;
  forced_ = false;
  started_ = now;
}

void RefreshSchedule::renewed() {
  renewed_ = true;
  serves_until_.reset();
}

void RefreshSchedule::succeeded(Time now, std::optional<std::chrono::seconds> fresh_for, double spread) {
  fetching_ = false;
  failures_ = 0;
  const milliseconds fresh = fresh_for ? std::min<milliseconds>(*fresh_for, terms_.most) : unsaid_freshness;
  due_ = after(now, std::min(std::max(fresh, terms_.least), terms_.most), spread);
  if (std::exchange(renewed_, false)) refresh_due_ = due_;
}

void RefreshSchedule::failed(Time now, double spread) {
  fetching_ = false;
  milliseconds wait = terms_.retry_first;
  for (std::uint32_t i = 0; i < failures_ && wait < terms_.retry_most; ++i) wait *= 2;
  if (wait < terms_.retry_most) ++failures_;
  due_ = after(now, std::min(wait, terms_.retry_most), spread);
  if (std::exchange(renewed_, false)) {  // the keys are new, another part of the fetch failed
    refresh_due_ = due_;
  } else if (refresh_due_ && now < *refresh_due_) {
    due_ = std::min(due_, *refresh_due_);
  } else if (refresh_due_ && !serves_until_) {
    serves_until_ = std::max(*refresh_due_, started_.value_or(now)) + terms_.keep;
  }
}

bool RefreshSchedule::ask(Time now) {
  if (fetching_ || due(now)) return true;
  const auto& last = failures_ > 0 ? started_ : asked_;
  if (last && now - *last < terms_.ask_every) return false;
  asked_ = now;
  forced_ = true;
  return true;
}

bool RefreshSchedule::gives_up(Time now) {
  if (!serves_until_ || now < *serves_until_) return false;
  serves_until_.reset();
  refresh_due_.reset();
  return true;
}

}  // namespace tacit::auth
