#include "store/lmdb/environment/lmdb_env.hpp"

#include <lmdb.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include "store/lmdb/environment/lmdb_errors.hpp"
#include "store/lmdb/environment/lmdb_locks.hpp"
#include "store/lmdb/environment/lmdb_txn.hpp"
#include "store/lmdb/environment/map_faults.hpp"
#include "store/lmdb/environment/store_folder.hpp"
#include "store/lmdb/pages/file_check.hpp"
#include "store/model/defaults.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

/// How long opening is retried while other processes open it with destroyed locks.
constexpr std::chrono::seconds locks_within{2};

/// The folders that this process has open: a second opening of one would drop LMDB's locks when the first is closed.
struct OpenFolders {
  std::mutex mutex;
  std::set<std::string> paths;
};
OpenFolders& open_folders() {
  static OpenFolders folders;
  return folders;
}

}  // namespace

Outcome<void> LmdbEnv::create(Options options, const std::vector<FirstRow>& meta) {
  if (options.map_size == 0) options.map_size = defaults::map_size;
  if (const auto error = make_folder(options.directory)) {
    return failed(Errc::unavailable, "cannot create the folder " + options.directory.string() + ": " + error.message());
  }
  LmdbEnv env;
  if (const auto fault = env.start(options, Missing::made)) return *fault;
  bool taken = false;
  const int code = env.fill(meta, taken);
  if (taken) return failed(Errc::conflict, "there is a store in " + options.directory.string() + " already");
  if (code != MDB_SUCCESS) {
    return failed(errc_of(code), "cannot create a store in " + options.directory.string() + ": " + mdb_strerror(code));
  }
  sync_folder(options.directory);
  sync_folder(options.directory / "..");
  return {};
}

int LmdbEnv::fill(const std::vector<FirstRow>& meta, bool& taken) const {
  int code = MDB_SUCCESS;
  TxnPtr txn = begin_txn(env_, 0, code);
  MDB_dbi main = 0;
  MDB_stat stat{};
  if (txn) code = mdb_dbi_open(txn.get(), nullptr, 0, &main);
  if (code == MDB_SUCCESS) code = mdb_stat(txn.get(), main, &stat);
  taken = code == MDB_SUCCESS && stat.ms_entries != 0;
  if (taken) return code;
  MDB_dbi table = 0;
  for (std::size_t i = table_count; code == MDB_SUCCESS && i-- > 0;) {
    code = mdb_dbi_open(txn.get(), table_names[i], MDB_CREATE, &table);  // the last one opened is Table::meta
  }
  for (const auto& [key, value] : meta) {
    MDB_val k{key.size(), const_cast<std::uint8_t*>(key.data())};
    MDB_val v{value.size(), const_cast<std::uint8_t*>(value.data())};
    if (code == MDB_SUCCESS) code = mdb_put(txn.get(), table, &k, &v, MDB_NOOVERWRITE);
  }
  return code == MDB_SUCCESS ? mdb_txn_commit(txn.release()) : code;
}

Outcome<std::unique_ptr<LmdbEnv>> LmdbEnv::open(const Options& options) {
  std::unique_ptr<LmdbEnv> env;
  for (const auto deadline = std::chrono::steady_clock::now() + locks_within;;) {
    env.reset(new LmdbEnv);
    if (const auto fault = options.single_file ? env->start_single(options) : env->start(options, Missing::refused)) {
      return *fault;
    }
    if (!has_destroyed_locks(env->env_) || std::chrono::steady_clock::now() > deadline) break;
    env.reset();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  if (!options.tables) return env;
  check_pages(env->env_, env->name_, options.pages_checked);
  env->clear_dead_readers();
  if (!options.single_file) env->room_->reserve_ahead(env->file(), env->page_size(), options.blocks_ahead);
  const int code = env->open_tables();
  if (code == MDB_NOTFOUND) return failed(Errc::not_found, options.directory.string() + " does not hold a store");
  if (code != MDB_SUCCESS) {
    return failed(Errc::unavailable,
                  "cannot open the store in " + options.directory.string() + ": " + mdb_strerror(code));
  }
  return env;
}

std::optional<Failure> LmdbEnv::start(const Options& options, Missing missing) {
  const auto files =
      missing == Missing::made ? StoreFiles::make(options.directory) : StoreFiles::open(options.directory);
  if (!files) return files.error();
  if (auto taken = take_place(files->path())) return taken;
  if (options.give_up_root) {
    if (const auto why = options.give_up_root(files->owner())) return failed(Errc::unavailable, *why);
  }
  // An empty file is left by an interrupted `make`.
  name_ = files->path() + "/data.mdb";
  if (missing == Missing::refused || !files->is_new()) check_file(files->data_path(), name_);
  const auto code = files->show_to([&](const std::string& folder) {
    const int opened = map(folder, options, files->is_new());
    if (opened == MDB_SUCCESS) mark_ = std::make_unique<ProcessMark>(folder + "/lock.mdb");
    return opened;
  });
  if (!code) return code.error();
  if (*code != MDB_SUCCESS) {
    return failed(Errc::unavailable, "cannot open the store in " + registered_ + ": " + mdb_strerror(*code));
  }
  // LMDB has already created lock.mdb, so this check alone would be too late.
  int file = -1;
  if (mdb_env_get_fd(env_, &file) != MDB_SUCCESS || !files->is_data(file)) {
    return failed(Errc::unavailable, "the store's file in " + registered_ + " was replaced just now; try again");
  }
  watch();
  return std::nullopt;
}

std::optional<Failure> LmdbEnv::take_place(const std::string& folder) {
  auto& folders = open_folders();
  const std::lock_guard lock(folders.mutex);
  if (!folders.paths.insert(folder).second) {
    return failed(Errc::unavailable, "this process has " + folder + " open already");
  }
  registered_ = folder;
  return std::nullopt;
}

/// Uses no locks. A single file may come from an untrusted source, whatever its owner, and needs no rights once it is
/// open.
std::optional<Failure> LmdbEnv::start_single(const Options& options) {
  name_ = options.directory.string();
  std::error_code error;
  if (!std::filesystem::exists(name_, error)) return failed(Errc::not_found, "there is no store in " + name_);
  check_file(name_, name_);
  if (const int code = map(name_, options, false); code != MDB_SUCCESS) {
    return failed(Errc::unavailable, "cannot open the store in " + name_ + ": " + mdb_strerror(code));
  }
  watch();
  if (!options.give_up_root) return std::nullopt;
  const auto why = options.give_up_root(FileOwner{0, 0, true});
  return why ? std::optional(failed(Errc::unavailable, *why)) : std::nullopt;
}

void LmdbEnv::watch() {
  maps_ = std::make_unique<WatchedMaps>(env_, name_);
  room_ = std::make_unique<EnvRoom>(env_);
  scrub_writes();
}

int LmdbEnv::map(const std::string& folder, const Options& options, bool is_new) {
  const unsigned flags = MDB_NOTLS | (options.single_file ? MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK : 0U);
  int code = mdb_env_create(&env_);
  // A new file takes this size. An existing file specifies its own, which LMDB uses if none is set.
  if (code == MDB_SUCCESS && is_new) code = mdb_env_set_mapsize(env_, options.map_size);
  if (code == MDB_SUCCESS) code = mdb_env_set_maxdbs(env_, table_count);
  if (code == MDB_SUCCESS) code = mdb_env_set_maxreaders(env_, options.max_readers);
  if (code == MDB_SUCCESS) code = mdb_env_open(env_, folder.c_str(), flags, store_file_mode);
  MDB_envinfo info{};
  if (code == MDB_SUCCESS) code = mdb_env_info(env_, &info);
  // No transaction has begun, so the map can still be changed.
  if (code == MDB_SUCCESS && info.me_mapsize < options.map_size) code = mdb_env_set_mapsize(env_, options.map_size);
  return code;
}

int LmdbEnv::open_tables() {
  int code = MDB_SUCCESS;
  TxnPtr txn = begin_txn(env_, MDB_RDONLY, code);
  for (std::size_t i = 0; code == MDB_SUCCESS && i < table_count; ++i) {
    code = mdb_dbi_open(txn.get(), table_names[i], 0, &tables_[i]);
  }
  // The handles stay valid for later transactions only after a commit.
  return code == MDB_SUCCESS ? mdb_txn_commit(txn.release()) : code;
}

LmdbEnv::~LmdbEnv() {
  scrubbed_writes_.reset();  // the descriptor may be reused at once
  if (env_ != nullptr) mdb_env_close(env_);
  mark_.reset();  // before this process may open the folder again: closing its descriptor drops all locks
  if (registered_.empty()) return;
  auto& folders = open_folders();
  const std::lock_guard lock(folders.mutex);
  folders.paths.erase(registered_);
}

void LmdbEnv::scrub_writes() {
  MDB_stat stat{};
  mdb_env_stat(env_, &stat);
  page_size_ = stat.ms_psize;
  if (!is_single_file()) scrubbed_writes_ = std::make_unique<ScrubbedWrites>(file(), page_size_);
}

int LmdbEnv::file() const {
  int file = -1;
  return mdb_env_get_fd(env_, &file) == MDB_SUCCESS ? file : -1;
}

std::uint64_t LmdbEnv::newest_transaction() const {
  MDB_envinfo info{};
  mdb_env_info(env_, &info);
  return info.me_last_txnid;
}

bool LmdbEnv::is_dead() const {
  int code = MDB_SUCCESS;
  const TxnPtr txn = begin_txn(env_, MDB_RDONLY, code);
  return code == MDB_PANIC;
}

std::optional<std::string> LmdbEnv::displaced() const {
  int file = -1;
  struct stat open {};
  struct stat there {};
  if (registered_.empty() || mdb_env_get_fd(env_, &file) != MDB_SUCCESS || ::fstat(file, &open) != 0) {
    return std::nullopt;
  }
  if (::stat((registered_ + "/data.mdb").c_str(), &there) != 0) {
    if (errno != ENOENT) return std::nullopt;
    return "the store's file was moved away or deleted: put it back; until then do not stop this process, which has it "
           "open";
  }
  if (open.st_dev == there.st_dev && open.st_ino == there.st_ino) return std::nullopt;
  return "the store's file was replaced: restart this process, which has the former one open";
}

bool LmdbEnv::clear_dead_readers() const {
  int dead = 0;
  mdb_reader_check(env_, &dead);
  return dead > 0;
}

}  // namespace tacit::store
