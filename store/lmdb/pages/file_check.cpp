#include "store/lmdb/pages/file_check.hpp"

#include <fcntl.h>
#include <lmdb.h>

#include <memory>
#include <utility>

#include "crypto/files/descriptor.hpp"
#include "store/lmdb/pages/page_walk.hpp"
#include "store/lmdb/pages/pinned_snapshot.hpp"
#include "store/model/damage.hpp"

namespace tacit::store {
namespace {

/// What the operator can do.
constexpr const char* remedy = "; restore a backup (tacit verify reports all that is damaged)";

[[noreturn]] void damaged(const std::filesystem::path& file, const std::string& what) {
  throw DamagedStore(file.string() + ' ' + what + remedy);
}

/// Whether the free list has every page after the file's end: such pages are written before they are read.
bool misses_only_free_pages(int file, const FileHead& head) {
  constexpr std::uint64_t believable = std::uint64_t{1} << 20;
  const lmdb::Meta& meta = head.newest();
  if (meta.last_page >= head.pages() + believable) return false;
  bool good = true;
  const PageFile pages(file, head.page_size(), meta.last_page);
  PageWalk walk(pages, meta, PageWalk::all, {[&good](const PageDamage&) { good = false; }});
  walk.free_list();
  for (lmdb::PageNumber page = head.pages(); good && page <= meta.last_page; ++page) good = walk.is_known(page);
  return good;
}

}  // namespace

void check_file(const std::filesystem::path& file) { check_file(file, file); }

void check_file(const std::filesystem::path& path, const std::filesystem::path& file) {
  const crypto::Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!opened) return;
  FileHead head;
  if (const auto why = read_head(opened.get(), head)) damaged(file, *why);
  const std::uint64_t needed = head.newest().last_page + 1;
  if (head.pages() >= needed || misses_only_free_pages(opened.get(), head)) return;
  damaged(file, "was cut off: it has " + std::to_string(head.bytes) + " bytes, but its pages need " +
                    std::to_string(needed * head.page_size()) + " bytes");
}

void check_pages(MDB_env* env, const std::filesystem::path& file, std::uint64_t most,
                 const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  std::unique_ptr<PinnedSnapshot> snapshot;
  try {
    snapshot = std::make_unique<PinnedSnapshot>(env, file);
  } catch (const NoSnapshot&) {
    return;  // LMDB gets no snapshot either, and reports why
  }
  const PageFile pages(snapshot->file(), snapshot->page_size(), snapshot->meta().last_page);
  PageWalk::Watcher watcher{[&file](const PageDamage& damage) { damaged(file, "is damaged: " + to_string(damage)); }};
  if (progress) {
    watcher.progress = [&progress, last = pages.last()](std::uint64_t done) { progress(done, last + 1); };
  }
  PageWalk walk(pages, snapshot->meta(), most, std::move(watcher));
  walk.free_list();
  walk.tables();
}

}  // namespace tacit::store
