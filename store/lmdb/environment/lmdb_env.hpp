// An LMDB environment and its tables: one folder with data.mdb and lock.mdb, shared by every process that has it open.
// Opened with MDB_NOTLS (reads may move between threads) and LMDB's default syncing: a commit that returned is on the
// disk. No WRITEMAP (a full disk would be a SIGBUS); pages are cleared before use (no MDB_NOMEMINIT), so that no other
// memory of the process reaches the file.
//
// The map's size is a promise of this process alone: LMDB keeps the largest in the file when it commits, but another
// process that mapped less cannot see pages beyond that, and gets MDB_MAP_RESIZED as soon as the file has any. So
// opening takes the largest of what was asked for, what the file says and what is used. A process that is overtaken
// later cannot adopt the new size while it runs: mdb_env_set_mapsize unmaps what any reader may be looking at, and
// reads take no lock. It stops, and adopts it when it is started anew.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "store/engine/engine.hpp"
#include "store/lmdb/environment/disk_room.hpp"
#include "store/lmdb/environment/file_blocks.hpp"
#include "store/lmdb/environment/map_faults.hpp"
#include "store/lmdb/environment/map_room.hpp"
#include "store/lmdb/environment/process_mark.hpp"
#include "store/lmdb/environment/store_files.hpp"
#include "store/lmdb/pages/file_check.hpp"
#include "store/lmdb/pages/scrub_writes.hpp"

struct MDB_env;
struct MDB_txn;

namespace tacit::store {

using TableHandles = std::array<unsigned, table_count>;

class LmdbEnv {
 public:
  struct Options {
    std::filesystem::path directory;
    std::uint64_t map_size = 0;  ///< bytes; 0: what the store has (a new one: 16 GiB)
    unsigned max_readers = 0;
    bool single_file = false;  ///< `directory` is a data file by itself, which nobody changes: it is only read
    bool blocks_ahead = true;  ///< take blocks on the disk ahead of use, where the file system can
    bool tables = true;        ///< false: for who looks at the file's pages by itself; they are not checked then
    std::uint64_t pages_checked = pages_checked_at_start;  ///< how many are looked at before they are trusted
    GiveUpRoot give_up_root{};  ///< of a single file after it is opened, for which root may be needed
  };

  struct FirstRow {
    ByteView key;
    Bytes value;
  };

  /// Makes the folder and the tables, with the given first rows of Table::meta, durably and in one transaction; refuses
  /// if anything is there. Failures say why in `subject`.
  static Outcome<void> create(Options options, const std::vector<FirstRow>& meta);
  /// Opens what `create` made. At most once at a time per folder and process: LMDB's locks are the process's. Throws
  /// DamagedStore (store/model/damage.hpp) if the file is short, or of a page that was checked is clear that it is
  /// damaged.
  static Outcome<std::unique_ptr<LmdbEnv>> open(const Options& options);
  ~LmdbEnv();
  LmdbEnv(const LmdbEnv&) = delete;
  LmdbEnv& operator=(const LmdbEnv&) = delete;

  MDB_env* handle() const { return env_; }
  unsigned table(Table table) const { return tables_[static_cast<std::size_t>(table)]; }
  std::uint64_t page_size() const { return page_size_; }
  /// What LMDB writes pages to; -1 if there is none.
  int file() const;
  /// Whether it is a file by itself, which is only read.
  bool is_single_file() const { return registered_.empty(); }
  /// How full the map is. Counts the pages that are free again only when it matters.
  MapRoom room() const;
  /// Adds the pages that are free again to a room that was not counted, and tells of those that readers keep.
  void count_reusable(MapRoom& room) const;
  /// As of the newest commit. Zeros and nothing where it cannot be told, as when no reader slot is left.
  StorageStatistics statistics() const;
  /// How much the disk has for the file, which `room` was measured of.
  DiskRoom disk_room(const MapRoom& room) const;
  /// Takes blocks on the disk ahead of use, if few are left.
  void take_blocks(const MapRoom& room);
  /// Why the file system gave no blocks when it was asked last; 0 if it did.
  int blocks_refused() const { return blocks_ ? blocks_->refused() : 0; }
  /// Whether a commit failed for good: LMDB refuses everything from then on.
  bool is_dead() const;
  /// Whether a write that failed with that code found the disk full. LMDB says EIO, as for a broken disk, when only a
  /// part of what it wrote had room.
  bool disk_is_full(int lmdb_code) const;
  /// Nothing while the file that is open is the one in its place; else what happened to it, in words. What is committed
  /// to a file that has no name any more is lost when the last process that has it open ends.
  std::optional<std::string> displaced() const;
  /// Frees the reader slots of processes that died; a dead reader would keep every page since its snapshot. Whether
  /// there were any.
  bool clear_dead_readers() const;
  /// Whether processes of older builds have the store open (store/lmdb/environment/process_mark.hpp).
  OlderProcesses older_processes() const { return mark_ ? mark_->older() : OlderProcesses::unknown; }

 private:
  LmdbEnv() = default;
  enum class Missing : bool { refused, made };
  /// Opens the environment; on failure says why.
  std::optional<Failure> start(const Options& options, Missing files);
  std::optional<Failure> start_single(const Options& options);
  std::optional<Failure> take_place(const std::string& folder);
  /// Opens the file and maps it.
  int map(const std::string& folder, const Options& options, bool is_new);
  /// Makes the tables and the first rows, unless something is there.
  int fill(const std::vector<FirstRow>& meta, bool& taken) const;
  int open_tables();
  void start_blocks(bool ahead);
  /// Once it is open.
  void watch();
  void scrub_writes();

  std::unique_ptr<ProcessMark> mark_;  ///< none for a file that is only read; goes after the environment is closed
  MDB_env* env_ = nullptr;
  std::unique_ptr<WatchedMaps> maps_;
  std::uint64_t page_size_ = 0;
  std::unique_ptr<ScrubbedWrites> scrubbed_writes_;  ///< none for a file that is only read
  std::unique_ptr<FileBlocks> blocks_;               ///< none for a file that is only read
  TableHandles tables_{};
  std::string name_;        ///< of the data file, for messages
  std::string registered_;  ///< the folder, as listed among those that this process has open; none for a single file
};

/// What an LMDB call's failure means to whoever asked. Anything but a lack of space means that the store is not to be
/// trusted further.
Errc errc_of(int lmdb_code);

}  // namespace tacit::store
