// `tacit audit tail`: shows the newest audit entries and, with --follow, new ones as they are added.
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <deque>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/log/printable.hpp"
#include "server/audit/audit_point.hpp"
#include "server/audit/audit_text.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/commands/history_notice.hpp"
#include "server/config/command_option_defaults.hpp"
#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_slots_reader.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/engine.hpp"

namespace tacit::server {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::uint64_t block = 1000;  // entries per step back from the newest
constexpr std::chrono::milliseconds poll_interval{250};
/// On an engine that tells of new entries, which it may fail to do.
constexpr std::chrono::milliseconds poll_interval_with_news{3000};

/// The parsed options.
struct TailOptions {
  std::optional<store::AuditPoint> since;
  std::optional<std::string> tenant;
  std::optional<std::string> actor;
  std::uint64_t most = 0;  ///< number of matching entries to begin with
  bool as_json = false;
  bool follow = false;
};

TailOptions read_options(const Arguments& arguments) {
  TailOptions options;
  if (arguments.contains("since")) options.since = read_argument(arguments, "since", read_audit_point);
  if (arguments.contains("tenant")) options.tenant = read_argument(arguments, "tenant", read_uuid).str();
  if (arguments.contains("actor")) options.actor = arguments["actor"].as<std::string>();
  options.most = options.since ? UINT64_MAX : default_tail_lines;
  if (arguments.contains("lines")) {
    options.most =
        read_argument(arguments, "lines", [](std::string_view text) { return read_number(text, 0, UINT64_MAX); });
  }
  options.as_json = arguments.contains("json");
  options.follow = arguments.contains("follow");
  return options;
}

bool is(const json::object& entry, const char* name, const std::string& text) {
  const json::value* const value = entry.if_contains(name);
  return value != nullptr && value->is_string() && value->get_string() == text;
}

bool matches(const store::AuditRecord& record, const TailOptions& options) {
  if (options.since && is_before(record, *options.since)) return false;
  if (!options.tenant && !options.actor) return true;
  json::error_code error;
  const json::value parsed = json::parse({record.body.data(), record.body.size()}, error);
  if (error || !parsed.is_object()) return false;
  const json::object& entry = parsed.get_object();
  const bool of_actor =
      !options.actor || is(entry, "actor", *options.actor) || is(entry, "on_behalf_of", *options.actor);
  return of_actor && (!options.tenant || is(entry, "tenant", *options.tenant));
}

/// Searches back from a slot's newest entry, block by block, until enough entries match or a whole block is too old.
/// The entries are in the order of writing, which nearly equals the order of their times.
class LookBack {
 public:
  LookBack(const store::Store& store, const TailOptions& options, store::AuditSlot slot)
      : store_(store), options_(options), slot_(slot) {}

  /// The first sequence to show.
  std::uint64_t run() {
    const auto head = value_or_fail(store_.audit().head(slot_), "cannot read the audit log");
    std::uint64_t end = head.sequence + 1;
    std::uint64_t first = end;
    while (end > 1 && found_ < options_.most) {
      const std::uint64_t start = end > block ? end - block : 1;
      if (!look(start, end, first)) break;
      end = start;
    }
    return first;
  }

 private:
  /// Moves `first` to the earliest wanted match in the block. Returns false if older blocks cannot match.
  bool look(std::uint64_t start, std::uint64_t end, std::uint64_t& first) {
    std::vector<std::uint64_t> matching;
    bool any_recent = false;
    auto reader = store_.audit().read(slot_, start);
    for (bool more = true; more;) {
      const auto page = value_or_fail(reader.next(), "cannot read the audit log");
      more = !page.empty();
      for (const store::AuditRecord& record : page) {
        more = more && record.mark.sequence < end;
        if (record.mark.sequence < start || record.mark.sequence >= end) continue;
        any_recent = any_recent || !options_.since || !is_before(record, *options_.since);
        if (matches(record, options_)) matching.push_back(record.mark.sequence);
      }
    }
    const std::uint64_t wanted = std::min<std::uint64_t>(matching.size(), options_.most - found_);
    found_ += wanted;
    if (wanted > 0) first = matching[matching.size() - wanted];
    return any_recent;
  }

  const store::Store& store_;
  const TailOptions& options_;
  const store::AuditSlot slot_;
  std::uint64_t found_ = 0;
};

/// The first sequence of each slot to show.
store::AuditSlotsReader::Firsts look_back(const store::Store& store, const TailOptions& options) {
  store::AuditSlotsReader::Firsts firsts;
  const auto slots = value_or_fail(store.audit().slots(), "cannot read the audit log");
  for (const store::AuditSlot slot : slots) firsts[slot] = LookBack(store, options, slot).run();
  return firsts;
}

class Tail {
 public:
  Tail(const store::Store& store, const TailOptions& options)
      : options_(options), reader_(store.audit().read_all(look_back(store, options))), history_(store) {}

  /// Shows all present entries.
  void show() {
    for (bool more = true; more;) {
      const auto page = value_or_fail(reader_.next(), "cannot read the audit log");
      more = !page.empty();
      for (const store::AuditRecord& record : page) {
        if (matches(record, options_)) take(record);
      }
      if (!more) print_held();
      if (more && !std::cout.flush()) throw CommandFailed("the output could not be written");
    }
    is_first_ = false;
    history_.look();
    if (reader_.pruned_meanwhile() == told_pruned_) return;
    std::cerr << "tacit: " << reader_.pruned_meanwhile() - told_pruned_
              << " entries were pruned before they were shown\n";
    told_pruned_ = reader_.pruned_meanwhile();
  }

 private:
  /// Each slot has as many entries as are wanted in all, so at first the newest ones of all are held.
  void take(const store::AuditRecord& record) {
    if (!is_first_ || !reader_.has_slots() || options_.most == UINT64_MAX) return print(record);
    held_.push_back(record);
    if (held_.size() > options_.most) held_.pop_front();
  }

  void print_held() {
    for (const store::AuditRecord& record : held_) print(record);
    if (!held_.empty() && !std::cout.flush()) throw CommandFailed("the output could not be written");
    held_.clear();
  }

  void print(const store::AuditRecord& record) const {
    std::cout << (options_.as_json ? http::printable_json(audit_json(record)) : audit_line(record)) << '\n';
  }

  const TailOptions& options_;
  store::AuditSlotsReader reader_;
  std::deque<store::AuditRecord> held_;
  bool is_first_ = true;
  HistoryNotice history_;
  std::uint64_t told_pruned_ = 0;
};

/// Shows new entries until SIGINT or SIGTERM: on an engine that tells of them, when it does, and from time to time.
class Follow {
 public:
  Follow(const store::Store& store, Tail& tail)
      : tail_(tail), signals_(context_, SIGINT, SIGTERM), timer_(context_), news_(store.audit().watch([this] {
          if (!told_.exchange(true)) asio::post(context_, [this] { hear(); });
        })) {}

  void run() {
    signals_.async_wait([this](boost::system::error_code, int) { context_.stop(); });
    look_at(Clock::now() + pause());
    context_.run();
  }

 private:
  using Clock = asio::steady_timer::clock_type;

  std::chrono::milliseconds pause() const { return news_ ? poll_interval_with_news : poll_interval; }

  void hear() {
    told_.store(false);
    look_at(std::max(Clock::now(), looked_ + poll_interval));
  }

  /// Instead of what was planned.
  void look_at(Clock::time_point time) {
    timer_.expires_at(time);
    timer_.async_wait([this](boost::system::error_code cancelled) {
      if (cancelled) return;
      looked_ = Clock::now();
      tail_.show();
      look_at(Clock::now() + pause());
    });
  }

  Tail& tail_;
  asio::io_context context_{1};
  asio::signal_set signals_;
  asio::steady_timer timer_;
  Clock::time_point looked_{};
  std::atomic<bool> told_{false};
  const std::unique_ptr<store::AuditNews> news_;  ///< last: it uses the others on another thread
};

}  // namespace

int audit_tail_command(const Config& config, const Arguments& arguments) {
  const TailOptions options = read_options(arguments);
  const auto store = open_store(config);
  Tail tail(*store, options);
  tail.show();
  if (options.follow) Follow(*store, tail).run();
  return exit_ok;
}

}  // namespace tacit::server
