// `tacit key rewrap`: one step after the other, at a bounded rate, until nothing is left that names an older key.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>

#include "server/apart.hpp"
#include "server/arguments.hpp"
#include "server/commands.hpp"
#include "server/key_rings.hpp"
#include "server/open_store.hpp"
#include "server/pace.hpp"
#include "server/progress.hpp"
#include "server/quantities.hpp"
#include "server/standard_streams.hpp"
#include "server/values.hpp"
#include "store/whereabouts.hpp"

namespace tacit::server {
namespace {

using store::KeyKind;
using Clock = Pace::Clock;

constexpr std::uint64_t default_rate = 1000;
constexpr std::uint64_t most_rate = 1'000'000;
constexpr std::uint64_t most_in_a_step = 128;
constexpr std::uint64_t rows_of_an_audit_entry = 10'000;
constexpr std::uint64_t most_problems_shown = 100;
constexpr int most_attempts = 10;

/// The rewrap of one kind of keys.
class Rewrap {
 public:
  Rewrap(store::Store& store, KeyKind kind, std::uint64_t rate) : store_(store), kind_(kind), rate_(rate) {}

  /// Whether everything could be rewrapped.
  bool run_all() {
    target_ = value_or_fail(run(store_.begin_rewrap(kind_, operator_context())), "cannot begin to rewrap");
    const std::uint64_t total = count();
    walk(total);
    record(problems_ == 0 ? "ok" : "failed", "done: ");
    report();
    return problems_ == 0;
  }

 private:
  std::uint64_t count() {
    Progress progress(std::cerr, std::string("Counting ") + to_string(kind_), ::isatty(STDERR_FILENO) == 1);
    const auto census = value_or_fail(
        store_.key_census(kind_, [&](const store::VerifyProgress& p) { progress.show(p.rows, p.rows_total); }),
        "cannot count what there is to do");
    std::uint64_t total = 0;
    for (const auto& [id, use] : census.uses) total += id == target_ ? 0 : use.total();
    return total;
  }

  void walk(std::uint64_t total) {
    Progress progress(std::cerr, std::string("Rewrapping ") + to_string(kind_), ::isatty(STDERR_FILENO) == 1,
                      kind_ == KeyKind::root ? "tenants" : "rows", Progress::Rate::yes);
    began_ = Clock::now();
    Pace pace(rate_, step_size(), began_);
    store::RewrapPosition at;
    for (bool finished = false; !finished;) {
      store::RewrapStep step = take_step(at);
      at = std::move(step.next);
      finished = step.finished;
      add(step);
      const auto due = pace.after(step.rows(), Clock::now());
      if (done_.rows() > 0) progress.show(done_.rows(), std::max(total, done_.rows()));
      if (done_.rows() >= next_entry_) record("ok", "so far ");
      std::this_thread::sleep_until(due);
    }
  }

  /// Small steps at a low rate, so that it is kept second by second.
  std::size_t step_size() const {
    return rate_ == 0 ? most_in_a_step : std::clamp<std::uint64_t>(rate_ / 10, 1, most_in_a_step);
  }

  /// Another process may hold the store's lock for a while. A step of which it is not known whether it was made can be
  /// tried again.
  store::RewrapStep take_step(const store::RewrapPosition& at) {
    for (int attempt = 1;; ++attempt) {
      store::note_step();
      auto step = run(store_.rewrap(kind_, at, step_size()));
      if (step) return std::move(*step);
      if (step.error().code != store::Errc::unavailable || attempt == most_attempts) {
        record("failed", "stopped: ");
        fail("cannot go on; what is done stays done, and the same command goes on from there", step.error());
      }
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }

  void add(const store::RewrapStep& step) {
    done_.tenants += step.tenants;
    done_.secrets += step.secrets;
    done_.api_keys += step.api_keys;
    for (const std::string& problem : step.problems) {
      if (++problems_ <= most_problems_shown) complain(problem);
    }
  }

  std::string figures() const {
    std::string text = counted(done_.tenants, "tenant");
    if (kind_ == KeyKind::root) return text;
    return text + ", " + counted(done_.secrets, "secret") + ", " + counted(done_.api_keys, "API key");
  }

  void record(const char* outcome, const std::string& how_far) {
    store::AuditEvent event;
    event.action = "key.rewrap";
    event.outcome = outcome;
    event.reason = std::string(to_string(kind_)) + " " + crypto::to_hex(target_) + ": " + how_far + figures();
    if (problems_ > 0) event.reason += ", " + counted(problems_, "problem");
    // A rewrap that cannot be recorded goes on: it changes nothing that anybody sees, and its beginning is recorded.
    const auto recorded = run(store_.record(std::move(event), operator_context()));
    if (!recorded) std::cerr << "tacit: cannot record how far it is: " << sentence(recorded.error()) << '\n';
    next_entry_ = done_.rows() + rows_of_an_audit_entry;
  }

  void report() const {
    const std::chrono::duration<double> taken = Clock::now() - began_;
    std::cout << to_string(kind_) << ": rewrapped " << figures() << " to the key " << crypto::to_hex(target_) << " in "
              << duration_text(std::chrono::duration_cast<std::chrono::seconds>(taken));
    if (done_.rows() > 0) {
      const double rate = static_cast<double>(done_.rows()) / std::max(taken.count(), 0.001);
      std::cout << " (" << static_cast<std::uint64_t>(rate) << " a second)";
    }
    std::cout << '\n';
    if (problems_ > 0) std::cout << "problems: " << problems_ << "; see tacit verify\n";
  }

  store::Store& store_;
  const KeyKind kind_;
  const std::uint64_t rate_;
  crypto::KeyId target_{};
  Clock::time_point began_{};
  store::RewrapStep done_;
  std::uint64_t problems_ = 0;
  std::uint64_t next_entry_ = rows_of_an_audit_entry;
};

/// In a process apart, which may give up root: the next one needs it for its keyrings.
bool rewrap(const Config& config, KeyKind kind, std::uint64_t rate) {
  const std::string whole = "whole";
  return run_apart(
             config.store,
             [&] {
               const auto store = open_store(config, kind == KeyKind::root ? PrivateKey::yes : PrivateKey::no);
               return Rewrap(*store, kind, rate).run_all() ? whole : std::string();
             },
             default_stall + config.store_timeout) == whole;
}

std::uint64_t read_rate(std::string_view text) { return read_number(text, 0, most_rate); }

}  // namespace

int key_rewrap_command(const Config& config, const Arguments& arguments) {
  const std::uint64_t rate = arguments.contains("rate") ? read_argument(arguments, "rate", read_rate) : default_rate;
  const bool both = !arguments.contains("KEYRING");
  const KeyKind kind = both ? KeyKind::root : read_argument(arguments, "KEYRING", read_key_kind);
  bool whole = rewrap(config, kind, rate);
  // The first may have taken hours, and keys may have been changed meanwhile: the keyrings are read anew.
  if (both) whole = rewrap(config, KeyKind::metadata, rate) && whole;
  return whole ? exit_ok : exit_failed;
}

}  // namespace tacit::server
