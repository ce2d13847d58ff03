#include "server/serve/store_watch.hpp"

#include <pthread.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/keyrings/keyring.hpp"
#include "http/log/log.hpp"
#include "server/serve/background_step.hpp"
#include "server/serve/etcd_warnings.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_history.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/health.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/prekeys.hpp"
#include "store/keys/signing_state.hpp"

namespace tacit::server {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds check_interval{60};
constexpr std::chrono::seconds prekeys_interval{10};
constexpr std::chrono::minutes tenants_interval{10};
/// A pool of the same size is counted that seldom: rows may have been replaced by forged ones.
constexpr std::chrono::seconds same_pool_interval{60};
/// A larger pool is counted without its signatures: their verifications would displace tenants' keys from the memory of
/// verified signatures (store/rows/signed_memory.hpp).
constexpr std::uint64_t most_verified = 8192;

void log_change(const store::AuditHistory::Changed& changed) {
  http::LogLine line(http::LogLevel::error, "audit_history_changed");
  line.field("sequence", changed.expected.sequence);
  if (!changed.expected.slot.is_embedded()) line.field("slot", to_string(changed.expected.slot));
  line.field("expected", crypto::to_hex(changed.expected.hash));
  const std::string found = changed.found ? crypto::to_hex(*changed.found) : std::string("missing");
  http::log(line.field("found", changed.is_unsigned ? std::string("unsigned") : found));
}

}  // namespace

bool StoreWatch::Interval::take(Clock::time_point now) {
  if (next() > now) return false;
  due = now + every;
  return true;
}

StoreWatch::StoreWatch(const store::Store& store, const Options& options)
    : store_(store),
      serves_api_(options.serves_api),
      walk_pause_(options.walk_pause),
      certificate_note_(options.certificate_note),
      prekey_pool_(options.prekey_pool) {
  // `start` logs the first head.
  head_ = {.every = options.head_interval, .due = Clock::now() + options.head_interval};
  history_.every = check_interval;
  prekeys_.every = prekeys_interval;
  tenants_.every = tenants_interval;
}

StoreWatch::~StoreWatch() { stop(); }

void StoreWatch::start() {
  log_head();
  publish();
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "store-watch");
}

void StoreWatch::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
  log_head();
  check_history();
  publish();
}

void StoreWatch::reconfigured(std::uint64_t prekey_pool) {
  prekey_pool_ = prekey_pool;
  {
    const std::lock_guard lock(mutex_);
    again_ = true;
  }
  changed_.notify_all();
}

StoreFindings StoreWatch::findings() const {
  const std::lock_guard lock(mutex_);
  return findings_;
}

StoreWatch::Clock::time_point StoreWatch::next_look() const {
  return std::min({head_.next(), history_.next(), prekeys_.next(), tenants_.next()});
}

void StoreWatch::run() {
  while (!ending_) {
    const auto now = Clock::now();
    take_step("store-watch", [&] { look(now); });
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, next_look(), [this] { return ending_ || again_; });
    if (!std::exchange(again_, false)) continue;
    history_.due = prekeys_.due = tenants_.due = now;
    counted_rows_.reset();
  }
}

void StoreWatch::look(Clock::time_point now) {
  look_at_log(now);
  look_at_pool(now);
  publish();
  if (!tenants_.take(now)) return;
  count_unsigned();
  publish();
}

void StoreWatch::look_at_log(Clock::time_point now) {
  if (head_.take(now)) {
    log_head();
    record_heads();
    history_.due = now;
  }
  if (!history_.take(now)) return;
  check_history();
  publish();
}

void StoreWatch::look_at_pool(Clock::time_point now) {
  if (!prekeys_.take(now)) return;
  count_prekeys();
  look_at_signing();
  look_at_etcd();
  publish();
}

/// Between two parts of a walk: it must not delay the looks at the log. Returns whether the walk may continue.
bool StoreWatch::rest() {
  {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, walk_pause_, [this] { return ending_.load(); })) return false;
  }
  look_at_log(Clock::now());
  return true;
}

/// One line for each slot that has entries; of an empty log, one of sequence 0.
void StoreWatch::log_head() const {
  auto heads = store_.audit().heads();
  if (!heads) {
    http::LogLine line(http::LogLevel::error, "audit_head_failed");
    return http::log(line.field("reason", heads.error().subject));
  }
  if (heads->empty()) heads->emplace_back();
  for (const store::AuditMark& head : *heads) {
    http::LogLine line(http::LogLevel::info, "audit_head");
    line.field("sequence", head.sequence);
    if (!head.slot.is_embedded()) line.field("slot", to_string(head.slot));
    http::log_always(line.field("hash", crypto::to_hex(head.hash)));
  }
}

/// The server continues after a change: otherwise an attacker could stop it by one.
void StoreWatch::check_history() {
  const auto checked = store_.audit().check_history();
  if (!checked) {
    http::LogLine line(http::LogLevel::error, "audit_head_failed");
    http::log(line.field("reason", checked.error().subject));
  }
}

void StoreWatch::count_prekeys() {
  std::optional<std::uint64_t> count;
  if (store_.health().signing().phase != crypto::SigningPhase::none) {
    const auto rows = store_.prekeys().pool_rows();
    if (!rows) return;  // the next look is soon
    const auto now = Clock::now();
    if (counted_rows_ == *rows && now < count_again_) return;
    count = *rows;
    if (*rows <= most_verified) {
      const auto figures = store_.prekeys().figures([this] { return rest(); });
      if (!figures) return;
      count = figures->usable;
    }
    counted_rows_ = *rows;
    count_again_ = now + same_pool_interval;
  }
  const std::lock_guard lock(mutex_);
  findings_.prekeys = count;
}

void StoreWatch::count_unsigned() {
  // Also once signatures are required: then requests for these tenants fail, as after the restore of an old backup.
  const auto walked = store_.keys().unsigned_tenants([this] {
    const bool goes_on = rest();
    if (goes_on) look_at_pool(Clock::now());
    return goes_on;
  });
  if (!walked) return;
  const std::lock_guard lock(mutex_);
  findings_.unsigned_tenants = *walked;
}

void StoreWatch::look_at_signing() {
  const auto state = store::look_at_signing(store_.keys());
  if (!state) return;
  const std::lock_guard lock(mutex_);
  findings_.rekey_unfinished = state->rekey_unfinished;
  findings_.cut_off_fault = state->cut_off_fault;
  findings_.refused_keys = state->refused_keys;
}

void StoreWatch::look_at_etcd() {
  const auto figures = store_.health().state().etcd_figures();
  if (!figures) return;
  std::vector<std::string> warnings =
      etcd_warnings(*figures, certificate_note_ ? certificate_note_() : std::optional<std::string>());
  if (format_may_rise_) {
    auto warning = store_.health().format_warning();
    format_may_rise_ = !warning || !warning->empty();  // it never falls
    if (warning && format_may_rise_) {
      log_old_format(*warning);
      warnings.push_back(std::move(*warning));
    }
  }
  const std::lock_guard lock(mutex_);
  findings_.etcd = std::move(warnings);
}

/// Once. A later line would say the same, because only a command raises the format.
void StoreWatch::log_old_format(const std::string& why) {
  if (std::exchange(format_logged_, true)) return;
  http::log(http::LogLine(http::LogLevel::warn, "store_format_old").field("reason", why));
}

/// Links the chain of this process's slot with those of the others, so that none can be cut without a contradiction.
void StoreWatch::record_heads() {
  if (!store_.health().state().etcd_figures() || store_.health().unwilling()) return;
  store::AuditContext who;
  who.plane = serves_api_ ? "api" : "tools";
  const auto recorded = server::run(store_.audit().record_heads(std::move(who)));
  if (recorded) return;
  http::LogLine line(http::LogLevel::warn, "audit_heads_not_recorded");
  http::log(line.field("reason", sentence(recorded.error())));
}

/// Each warning once, when it appears, and refused keys once a minute.
void StoreWatch::log_new(const StoreFindings& found) {
  std::vector<std::string> warnings = logged_warnings(found);
  for (const std::string& warning : warnings) {
    if (std::ranges::find(logged_, warning) != logged_.end()) continue;
    http::log(http::LogLine(http::LogLevel::error, "store_not_signed").field("reason", warning));
  }
  logged_ = std::move(warnings);
  refused_keys_ = std::min(refused_keys_, found.refused_keys);  // other keyrings count from 0
  if (found.refused_keys == refused_keys_ || !refusals_.admit(Clock::now())) return;
  http::LogLine line(http::LogLevel::error, "tenant_keys_refused");
  line.field("requests", found.refused_keys - refused_keys_);
  http::log(line.field("reason",
                       "the tenants' keys are not signed, or not by a key that root-public-keyring accepts: "
                       "see tacit verify; tacit tenant rekey --all gives them signed ones"));
  refused_keys_ = found.refused_keys;
}

void StoreWatch::publish() {
  const store::AuditHistory& history = store_.audit().history();
  const auto changed = history.changed();
  if (changed && !std::exchange(alarmed_, true)) log_change(*changed);
  const std::uint64_t refused = history.counts.refused.value();
  if (refused > std::exchange(refused_commits_, refused)) {
    http::LogLine line(http::LogLevel::error, "audit_not_signed");
    http::log(line.field("commits", refused));
  }
  StoreFindings found = findings();
  found.phase = store_.health().signing().phase;
  found.makes_first_writes = serves_api_;
  found.prekeys_low = prekey_pool_ / 4;
  if (changed) found.changed_entry = changed->expected.sequence;
  if (changed && !changed->expected.slot.is_embedded()) found.changed_slot = to_string(changed->expected.slot);
  found.changed_is_unsigned = changed && changed->is_unsigned;
  log_new(found);
  warnings_.publish_if_new(store_warnings(found));
  const std::lock_guard lock(mutex_);
  findings_ = found;
}

}  // namespace tacit::server
