#include "store/verify/store_pages.hpp"

#include <fcntl.h>

#include <system_error>
#include <utility>

#include "store/model/failures.hpp"
#include "store/model/findings.hpp"

namespace tacit::store {

Outcome<std::unique_ptr<StorePages>> StorePages::open(const std::filesystem::path& directory,
                                                      const GiveUpRoot& give_up_root) {
  LmdbEnv::Options options;
  options.directory = directory;
  options.tables = false;
  options.give_up_root = give_up_root;
  auto env = LmdbEnv::open(options);
  if (!env) return env.error();
  std::unique_ptr<StorePages> store(new StorePages);
  store->env_ = std::move(*env);
  try {
    store->pinned_ = std::make_unique<PinnedSnapshot>(store->env_->handle(), directory / "data.mdb");
  } catch (const NoSnapshot& none) {
    return failed(Errc::unavailable, none.what());
  }
  store->meta_ = store->pinned_->meta();
  store->pages_ = std::make_unique<PageFile>(store->pinned_->file(), store->meta_.page_size(), store->meta_.last_page);
  return store;
}

Outcome<std::unique_ptr<StorePages>> StorePages::open_file(const std::filesystem::path& file) {
  check_file(file);
  std::unique_ptr<StorePages> store(new StorePages);
  store->opened_ = crypto::Descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  FileHead head;
  if (!store->opened_ || read_head(store->opened_.get(), head)) {
    return failed(Errc::unavailable, file.string() + " cannot be opened: " + std::generic_category().message(errno));
  }
  store->meta_ = head.newest();
  store->pages_ = std::make_unique<PageFile>(store->opened_.get(), head.page_size(), store->meta_.last_page);
  return store;
}

void StorePages::check(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const std::uint64_t most = meta_.last_page + 1;
  PageWalk walk(*pages_, meta_, PageWalk::all,
                {[this](PageDamage damage) { note(std::move(damage)); },
                 [&progress, most](std::uint64_t pages) { progress(pages, most); }});
  walk.free_list();
  walk.tables();
  progress(most, most);  // free pages were not checked, and nothing else is left
}

void StorePages::note(PageDamage damage) {
  if (damages_.size() < most_findings && damaged_.insert(damage.page).second) damages_.push_back(std::move(damage));
}

}  // namespace tacit::store
