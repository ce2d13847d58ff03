#include "server/commands/etcd_copy.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "server/config/errors.hpp"
#include "server/config/values.hpp"
#include "server/process/apart.hpp"
#include "server/wiring/etcd_options.hpp"
#include "server/wiring/open_store.hpp"
#include "store/backup/restore_rows.hpp"
#include "store/backup/shared_backup.hpp"
#include "store/engine/whereabouts.hpp"
#include "store/engine/work.hpp"
#include "store/etcd/open_etcd.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::server {
namespace {

store::Task<store::Outcome<std::uint32_t>> format_in(store::Transaction& transaction) {
  const auto format = co_await store::read_format(transaction);
  co_return format.value_or(0);
}

/// For files as large as the store, which this process's user can make: /tmp may be memory.
std::filesystem::path scratch_folder() {
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/var/tmp";
}

/// The operators' options.
store::EtcdOptions options_of(const Config& config, EngineUse use) {
  auto options = etcd_options(config);
  if (!options) throw UsageError("the store is not in etcd");
  options->writes = use == EngineUse::writing;
  return std::move(*options);
}

}  // namespace

std::unique_ptr<store::Engine> open_keyless_engine(const Config& config, EngineUse use) {
  store::EtcdOptions options = options_of(config, use);
  become_etcd_user(config);
  auto engine = store::open_etcd_engine(std::move(options));
  if (!engine) throw UsageError(sentence(engine.error()));
  return std::move(*engine);
}

store::Outcome<std::uint64_t> back_up_engine(store::Engine& engine, const store::ByteSink& sink,
                                             const std::function<void(std::uint64_t)>& read) {
  const auto noted = [&read](std::uint64_t rows) {
    store::note_work(store::FileWork::copying, rows);  // for the process that waits for this one
    read(rows);
  };
  return store::write_shared_backup(engine, scratch_folder(), sink, noted);
}

std::uint32_t format_of(store::Engine& engine) {
  store::Attempt<std::uint32_t> attempt(format_in);
  const auto failure = engine.read([&attempt](store::Transaction& transaction) { return attempt.run(transaction); });
  if (failure) return 0;
  const auto format = attempt.take();
  return format ? *format : 0;
}

std::uint64_t restore_to_etcd(const Config& config, const store::StoreKeys& keys, const store::ByteSource& source,
                              const std::function<void(std::uint64_t)>& read) {
  const Part part = [&] {
    const store::EtcdOptions options = options_of(config, EngineUse::writing);
    become_etcd_user(config);
    const auto loader = value_or_fail(store::open_etcd_loader(options), "cannot restore");
    std::uint64_t bytes = 0;
    const auto noted = [&](std::uint64_t so_far) {
      store::note_work(store::FileWork::copying, bytes = so_far);
      read(so_far);
    };
    const auto put = [](std::uint64_t) { store::note_step(); };
    value_or_fail(store::restore_to_engine(scratch_folder(), *loader, keys, source, noted, put), "cannot restore");
    return std::to_string(bytes);
  };
  const std::string bytes = run_apart(config.store, part, default_stall + config.store_timeout);
  return read_number(bytes, 0, UINT64_MAX);
}

}  // namespace tacit::server
