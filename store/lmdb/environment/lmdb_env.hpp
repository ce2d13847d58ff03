// An LMDB environment and its tables: one folder with data.mdb and lock.mdb, shared by all processes that have it open.
// Opened with MDB_NOTLS (reads may move between threads) and LMDB's default syncing: a commit that returned is durable.
// No WRITEMAP (a full disk would cause SIGBUS); pages are cleared before use (no MDB_NOMEMINIT), so that no other
// memory of the process reaches the file.
//
// The map's size is local to each process: LMDB stores the largest in the file when it commits, but a process with a
// smaller map cannot see pages beyond it, and gets MDB_MAP_RESIZED as soon as the file has any. Opening therefore takes
// the largest of the requested size, the file's stored size and the used size. A running process cannot adopt a larger
// size later: mdb_env_set_mapsize unmaps pages that readers may be using, and reads take no lock. It stops, and adopts
// the size when it is restarted.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "store/engine/engine.hpp"
#include "store/lmdb/environment/env_room.hpp"
#include "store/lmdb/environment/map_faults.hpp"
#include "store/lmdb/environment/process_mark.hpp"
#include "store/lmdb/environment/store_files.hpp"
#include "store/lmdb/pages/file_check.hpp"
#include "store/lmdb/pages/scrub_writes.hpp"
#include "store/model/defaults.hpp"

struct MDB_env;
struct MDB_txn;

namespace tacit::store {

using TableHandles = std::array<unsigned, table_count>;

class LmdbEnv {
 public:
  struct Options {
    std::filesystem::path directory;
    std::uint64_t map_size = 0;  ///< bytes; 0: the store's own size (a new one: 16 GiB)
    unsigned max_readers = defaults::max_readers;
    bool single_file = false;  ///< `directory` is a single data file that no process changes; it is only read
    bool blocks_ahead = true;  ///< allocate disk blocks ahead of use, if the file system can
    bool tables = true;        ///< false: the caller reads the file's pages itself; they are not checked then
    std::uint64_t pages_checked = pages_checked_at_start;  ///< pages to check before they are trusted
    GiveUpRoot give_up_root{};  ///< for a single file, called after it is opened, which may need root
  };

  struct FirstRow {
    ByteView key;
    Bytes value;
  };

  /// Makes the folder and the tables, with the given first rows of Table::meta, durably and in one transaction; fails
  /// if a store exists there. Failure::subject says why.
  static Outcome<void> create(Options options, const std::vector<FirstRow>& meta);
  /// Opens an environment that `create` made. A process may have a folder open only once, because LMDB's locks belong
  /// to the process. Throws DamagedStore (store/model/damage.hpp) if the file is short or a checked page is damaged.
  static Outcome<std::unique_ptr<LmdbEnv>> open(const Options& options);
  ~LmdbEnv();
  LmdbEnv(const LmdbEnv&) = delete;
  LmdbEnv& operator=(const LmdbEnv&) = delete;

  MDB_env* handle() const { return env_; }
  unsigned table(Table table) const { return tables_[static_cast<std::size_t>(table)]; }
  std::uint64_t page_size() const { return page_size_; }
  /// The descriptor that LMDB writes pages to; -1 if there is none.
  int file() const;
  /// Whether it is a single file, which is only read.
  bool is_single_file() const { return registered_.empty(); }
  /// Its room in the map and on the disk.
  EnvRoom& room() const { return *room_; }
  /// As of the newest commit. Zeros and empty if it cannot be read, for example if no reader slot is left.
  StorageStatistics statistics() const;
  /// The same in constant time, with these pages of the free list.
  StorageStatistics statistics(const FreePages& pages) const;
  /// The number of the newest commit, of any process.
  std::uint64_t newest_transaction() const;
  /// Whether a commit failed permanently: LMDB then refuses all further work.
  bool is_dead() const;
  /// std::nullopt while the open file is the one in its place; else what happened to it, in words. Commits to a file
  /// without a name are lost when the last process that has it open ends.
  std::optional<std::string> displaced() const;
  /// Frees the reader slots of dead processes; such a slot would pin all pages since its snapshot. Returns whether
  /// there were any.
  bool clear_dead_readers() const;
  /// Whether processes of older builds have the store open (store/lmdb/environment/process_mark.hpp).
  OlderProcesses older_processes(off_t base) const { return mark_ ? mark_->older(base) : OlderProcesses::unknown; }

 private:
  LmdbEnv() = default;
  enum class Missing : bool { refused, made };
  /// Opens the environment; returns the reason on failure.
  std::optional<Failure> start(const Options& options, Missing files);
  std::optional<Failure> start_single(const Options& options);
  std::optional<Failure> take_place(const std::string& folder);
  /// Opens the file and maps it.
  int map(const std::string& folder, const Options& options, bool is_new);
  /// Makes the tables and the first rows, unless the environment is not empty.
  int fill(const std::vector<FirstRow>& meta, bool& taken) const;
  int open_tables();
  /// Call once it is open.
  void watch();
  void scrub_writes();

  std::unique_ptr<ProcessMark> mark_;  ///< null for a file that is only read; destroyed after the environment is closed
  MDB_env* env_ = nullptr;
  std::unique_ptr<WatchedMaps> maps_;
  std::uint64_t page_size_ = 0;
  std::unique_ptr<ScrubbedWrites> scrubbed_writes_;  ///< null for a file that is only read
  std::unique_ptr<EnvRoom> room_;
  TableHandles tables_{};
  std::string name_;        ///< of the data file, for messages
  std::string registered_;  ///< the folder, in the list of folders that this process has open; empty for a single file
};

}  // namespace tacit::store
