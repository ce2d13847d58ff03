#include "store/lmdb/scrub/scrub_waiting.hpp"

#include "store/lmdb/environment/lmdb_env.hpp"
#include "store/lmdb/pages/scrub_rules.hpp"
#include "store/lmdb/scrub/free_list_rows.hpp"
#include "store/lmdb/scrub/scrub_memory.hpp"

namespace tacit::store {

PagesToScrub::PagesToScrub(const LmdbEnv& env, const ScrubMemory* memory, std::uint64_t most)
    : env_(env),
      memory_(memory),
      shift_(memory != nullptr ? memory->shift() : 0),
      file_(env),
      last_page_(file_.last_page()),
      may_read_(most) {}

/// Passes the stretch at the present position if it is known.
bool PagesToScrub::is_known(FreeListRows& list, std::size_t& spent) {
  if (memory_ == nullptr || list.transaction() < unknown_) return false;
  const Stretch stretch = read_stretch(list, shift_, UINT64_MAX, [](const FreeListRows&) {});
  spent += stretch.cost;
  const std::uint64_t end = end_of_stretch(stretch.first, shift_);
  if (memory_->knows(stretch_of(stretch.first, shift_), stretch.fingerprint)) {
    next_ = end;
    return true;
  }
  unknown_ = end;
  list.seek(stretch.first);
  return false;
}

void PagesToScrub::count(const FreeListRows& list) {
  const auto pages = list.pages(last_page_);
  if (pages.size() > may_read_) {
    found_ += pages.size();
    return;
  }
  may_read_ -= pages.size();
  file_.each_used(pages, [this](lmdb::PageNumber, lmdb::ByteView page) {
    if (!is_bookkeeping(page, last_page_)) ++found_;
    return true;
  });
}

bool PagesToScrub::step(std::size_t rows) {
  FreeListRows list(env_.handle());
  std::size_t spent = 0;
  list.seek(next_);
  while (list.found()) {
    if (spent >= rows) return true;
    if (is_known(list, spent)) continue;
    if (!list.found()) break;
    ++spent;
    count(list);
    next_ = list.transaction() + 1;
    list.next();
  }
  return false;
}

std::uint64_t pages_to_scrub(const LmdbEnv& env, const ScrubMemory* memory, std::uint64_t most) {
  PagesToScrub count(env, memory, most);
  count.step(SIZE_MAX);
  return count.found();
}

}  // namespace tacit::store
