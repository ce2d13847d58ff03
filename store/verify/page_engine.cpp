#include "store/verify/page_engine.hpp"

#include <fcntl.h>

#include <system_error>
#include <utility>

#include "store/model/failures.hpp"
#include "store/verify/page_transaction.hpp"

namespace tacit::store {
namespace {

constexpr std::size_t most_damages = 1000;
constexpr unsigned max_readers = 1024;

}  // namespace

Outcome<std::unique_ptr<PageEngine>> PageEngine::open(const std::filesystem::path& directory,
                                                      const GiveUpRoot& give_up_root) {
  LmdbEnv::Options options;
  options.directory = directory;
  options.max_readers = max_readers;
  options.tables = false;
  options.give_up_root = give_up_root;
  auto env = LmdbEnv::open(options);
  if (!env) return env.error();
  std::unique_ptr<PageEngine> engine(new PageEngine);
  engine->env_ = std::move(*env);
  try {
    engine->pinned_ = std::make_unique<PinnedSnapshot>(engine->env_->handle(), directory / "data.mdb");
  } catch (const NoSnapshot& none) {
    return failed(Errc::unavailable, none.what());
  }
  engine->meta_ = engine->pinned_->meta();
  engine->pages_ =
      std::make_unique<PageFile>(engine->pinned_->file(), engine->meta_.page_size(), engine->meta_.last_page);
  return engine;
}

Outcome<std::unique_ptr<PageEngine>> PageEngine::open_file(const std::filesystem::path& file) {
  check_file(file);
  std::unique_ptr<PageEngine> engine(new PageEngine);
  engine->opened_ = crypto::Descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  FileHead head;
  if (!engine->opened_ || read_head(engine->opened_.get(), head)) {
    return failed(Errc::unavailable, file.string() + " cannot be opened: " + std::generic_category().message(errno));
  }
  engine->meta_ = head.newest();
  engine->pages_ = std::make_unique<PageFile>(engine->opened_.get(), head.page_size(), engine->meta_.last_page);
  return engine;
}

void PageEngine::check_pages(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const std::uint64_t most = meta_.last_page + 1;
  PageWalk walk(*pages_, meta_, PageWalk::all,
                {[this](PageDamage damage) { note(std::move(damage)); },
                 [&progress, most](std::uint64_t pages) { progress(pages, most); }});
  walk.free_list();
  walk.tables();
  progress(most, most);  // free pages were not checked, and nothing else is left
}

void PageEngine::note(PageDamage damage) {
  if (damages_.size() < most_damages && damaged_.insert(damage.page).second) damages_.push_back(std::move(damage));
}

std::optional<Errc> PageEngine::read(const Work& work) {
  PageTransaction transaction(*this);
  work(transaction).run();
  return std::nullopt;
}

}  // namespace tacit::store
