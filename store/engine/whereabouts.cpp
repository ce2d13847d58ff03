#include "store/engine/whereabouts.hpp"

namespace tacit::store {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

constinit Whereabouts own;
constinit std::atomic<Whereabouts*> here{&own};

Whereabouts& now() { return *here.load(relaxed); }

}  // namespace

void keep_whereabouts_in(Whereabouts& there) { here.store(&there, relaxed); }

void note_step() {
  // Need not be atomic as a whole: the number only has to change.
  auto& steps = now().steps;
  steps.store(steps.load(relaxed) + 1, relaxed);
}

void note_work(FileWork work, std::uint64_t at) {
  Whereabouts& there = now();
  there.work.store(static_cast<std::uint32_t>(work), relaxed);
  there.at.store(at, relaxed);
  note_step();
}

void note_table(Table table, std::uint64_t rows) {
  Whereabouts& there = now();
  there.table.store(static_cast<std::uint32_t>(table) + 1, relaxed);
  there.rows.store(rows, relaxed);
  note_step();
}

WaitsForOthers::WaitsForOthers() : before_(now().work.load(relaxed)) {
  now().work.store(static_cast<std::uint32_t>(FileWork::waiting), relaxed);
}

WaitsForOthers::~WaitsForOthers() {
  now().work.store(before_, relaxed);
  note_step();
}

std::string words_of(const Whereabouts& there) {
  const std::string at = std::to_string(there.at.load(relaxed));
  std::string words;
  switch (static_cast<FileWork>(there.work.load(relaxed))) {
    case FileWork::checking:
      words = "checking page " + at;
      break;
    case FileWork::reading:
      words = "reading page " + at;
      break;
    case FileWork::copying:
      words = "copying from byte " + at;
      break;
    case FileWork::waiting:
      words = "waiting for others";
      break;
    default:
      words = "opening the store";
  }
  const std::uint32_t table = there.table.load(relaxed);
  if (table == 0 || table > table_names.size()) return words;
  return words + ", after row " + std::to_string(there.rows.load(relaxed)) + " of the table " + table_names[table - 1];
}

}  // namespace tacit::store
