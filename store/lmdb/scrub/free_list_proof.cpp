#include "store/lmdb/scrub/free_list_proof.hpp"

#include <algorithm>
#include <utility>

#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/model/damage.hpp"

namespace tacit::store {
namespace {

constexpr std::chrono::seconds pause_without_snapshot{5};
/// An idle writer continues that soon after the time that is due.
constexpr std::chrono::microseconds punctual{500};
/// Changes of a busy writer get nine tenths of its time at first.
constexpr int first_busy_pause = 9;
constexpr int idle_pause = 1;
constexpr std::chrono::seconds between_looks_at_room{1};
constexpr std::chrono::minutes pause_without_room{1};

}  // namespace

struct FreeListProof::Attempt {
  Attempt(const LmdbEnv& env, Clock::time_point now)
      : began(now),
        snapshot(env.handle(), "the store's file"),
        pages(snapshot.file(), snapshot.page_size(), snapshot.meta().last_page),
        walk(pages, snapshot.meta(), PageWalk::all, {[this](const PageDamage& found) { note(found); }}) {
    walk.begin_free_list();
  }

  void note(const PageDamage& found) {
    if (damage.empty()) damage = to_string(found);
  }

  /// False: it is over.
  bool step(Clock::time_point stop) {
    while (damage.empty()) {
      if (walk.run(stop)) return damage.empty();
      if (in_tables) return false;
      in_tables = true;
      walk.begin_tables();
    }
    return false;
  }

  const Clock::time_point began;
  std::string damage;
  bool in_tables = false;
  const PinnedSnapshot snapshot;
  const PageFile pages;
  PageWalk walk;
};

FreeListProof::FreeListProof(const LmdbEnv& env, Clock::duration most_held, std::function<Clock::time_point()> now)
    : env_(env), now_(std::move(now)), most_held_(most_held), busy_pause_(first_busy_pause) {}
FreeListProof::~FreeListProof() = default;

void FreeListProof::begin(Clock::time_point now) {
  try {
    attempt_ = std::make_unique<Attempt>(env_, now);
    room_due_ = now + between_looks_at_room;
  } catch (const NoSnapshot&) {
    due_ = now + pause_without_snapshot;  // no reader slot is free
  } catch (const DamagedStore& damaged) {
    end(damaged.what());
  }
}

void FreeListProof::end(std::string damage) {
  finding_ = damage.empty() ? Finding::sound : Finding::damaged;
  damage_ = std::move(damage);
  attempt_.reset();
}

void FreeListProof::give_up(Clock::time_point now, bool for_room) {
  const auto held = now - attempt_->began;
  attempt_.reset();
  busy_pause_ = std::max(idle_pause, busy_pause_ - 1);
  if (for_room) {
    due_ = now + std::max<Clock::duration>(held, pause_without_room);
  } else {
    most_held_ *= 2;
    due_ = now + held;
  }
}

bool FreeListProof::pins_cost_room(Clock::time_point now) {
  if (now < room_due_) return false;
  room_due_ = now + between_looks_at_room;
  const EnvRoom& room = env_.room();
  MapRoom map = room.map();
  if (map.free_pages > 2 * map.reserve() && room.disk(map).after_taking().allows(Growth::grows)) return false;
  room.count_reusable(map);
  return map.pinned > 0;
}

FreeListProof::Finding FreeListProof::step(Clock::time_point stop) {
  const auto began = now_();
  if (finding_ != Finding::open || began < due_) return finding_;
  const bool late = began > due_ + punctual;
  if (!attempt_) begin(began);
  if (!attempt_) return finding_;
  const bool more = attempt_->step(stop);
  const auto now = now_();
  if (!more) {
    end(std::move(attempt_->damage));
  } else if (now - attempt_->began >= most_held_) {
    give_up(now, false);
  } else if (pins_cost_room(now)) {
    give_up(now, true);
  } else {
    // A writer that comes late is busy with changes.
    due_ = now + (late ? busy_pause_ : idle_pause) * (now - began);
  }
  return finding_;
}

}  // namespace tacit::store
