#include "store/lmdb/scrub/free_list_proof.hpp"

#include <algorithm>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/model/damage.hpp"

namespace tacit::store {
namespace {

constexpr std::chrono::seconds pause_without_snapshot{5};
/// An idle writer continues that soon after the time that is due.
constexpr std::chrono::microseconds punctual{500};
/// A walk pins all pages that are freed meanwhile. A store that takes longer is never proved to be sound.
constexpr FreeListProof::Clock::duration longest_attempt = std::chrono::minutes(16);

}  // namespace

struct FreeListProof::Attempt {
  Attempt(const LmdbEnv& env, Clock::time_point now)
      : began(now),
        snapshot(env.handle(), "the store's file"),
        pages(snapshot.file(), snapshot.page_size(), snapshot.meta().last_page),
        walk(pages, snapshot.meta(), PageWalk::all, {[this](const PageDamage&) { damaged = true; }}) {
    walk.begin_free_list();
  }

  /// False: it is over.
  bool step(Clock::time_point stop) {
    while (!damaged) {
      if (walk.run(stop)) return !damaged;
      if (in_tables) return false;
      in_tables = true;
      walk.begin_tables();
    }
    return false;
  }

  const Clock::time_point began;
  bool damaged = false;
  bool in_tables = false;
  const PinnedSnapshot snapshot;
  const PageFile pages;
  PageWalk walk;
};

FreeListProof::FreeListProof(const LmdbEnv& env, Clock::duration most_held) : env_(env), most_held_(most_held) {}
FreeListProof::~FreeListProof() = default;

void FreeListProof::begin(Clock::time_point now) {
  try {
    attempt_ = std::make_unique<Attempt>(env_, now);
  } catch (const NoSnapshot&) {
    due_ = now + pause_without_snapshot;  // no reader slot is free
  } catch (const DamagedStore&) {
    end(Finding::damaged);
  }
}

void FreeListProof::end(Finding finding) {
  finding_ = finding;
  attempt_.reset();
}

FreeListProof::Finding FreeListProof::step(Clock::time_point stop) {
  const auto began = Clock::now();
  if (finding_ != Finding::open || began < due_) return finding_;
  const bool late = began > due_ + punctual;
  if (!attempt_) begin(began);
  if (!attempt_) return finding_;
  const bool more = attempt_->step(stop);
  const auto now = Clock::now();
  if (!more) {
    end(attempt_->damaged ? Finding::damaged : Finding::sound);
  } else if (const auto held = now - attempt_->began; held >= most_held_) {
    attempt_.reset();
    most_held_ = std::min(2 * most_held_, longest_attempt);
    due_ = now + held;
  } else {
    // A writer that comes late is busy with changes: then they get nine tenths of its time, else half of it.
    const int pause_for_each = late ? 9 : 1;
    due_ = now + pause_for_each * (now - began);
  }
  return finding_;
}

}  // namespace tacit::store
