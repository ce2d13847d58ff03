// The two files of a store, opened so that another user cannot redirect this process's writes to another file.
//
// Other users may have write access to the folder: the planes share it by their group. So the folder is opened by
// crypto/files/trusted_folder.hpp, and each file relative to it, without following links. A file is refused unless it
// is regular, has one name, and belongs to root, to the folder's owner or to this process's user. LMDB opens files by
// their paths and follows links. It therefore gets a private folder of this process, whose two names lead to the
// checked files that are held open here: later changes of the store's folder have no effect.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "crypto/files/descriptor.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

/// Of a store's files, for the owner and the group: the planes may run as two users of one group.
inline constexpr mode_t store_file_mode = 0660;

/// The users who may write to a store's file.
struct FileOwner {
  uid_t user = 0;
  gid_t group = 0;
  bool shared = false;  ///< users other than the owner and root's group may write to it
};

/// Called after the files are found and before LMDB reads them, so that a root process can change to the files' owner.
/// Returns why the process cannot continue, in words; std::nullopt if it can.
using GiveUpRoot = std::function<std::optional<std::string>(const FileOwner&)>;

class StoreFiles {
 public:
  /// Opens the files of an existing store. Makes lock.mdb, which stores no data, if it is missing. Fails with
  /// `not_found` if there is no data.mdb, else with a sentence that names the file and its fault.
  static Outcome<StoreFiles> open(const std::filesystem::path& folder);
  /// The same in an existing folder, but makes missing files: for the folder's owner if this process runs as root.
  static Outcome<StoreFiles> make(const std::filesystem::path& folder);

  /// The folder's path without links.
  const std::string& path() const { return path_; }
  FileOwner owner() const;
  /// A path by which this process can open data.mdb, even if its name is replaced.
  std::string data_path() const { return data_.path(); }
  /// Whether data.mdb is empty.
  bool is_new() const;
  /// Whether the open descriptor refers to data.mdb.
  bool is_data(int descriptor) const;

  /// Calls `open` with a folder in which it can open data.mdb and lock.mdb. Returns the result of `open`. Fails if this
  /// process cannot have a private folder and other users may put files into the store's folder.
  Outcome<int> show_to(const std::function<int(const std::string& folder)>& open) const;

 private:
  StoreFiles(crypto::Descriptor folder, std::string path) : folder_(std::move(folder)), path_(std::move(path)) {}
  static Outcome<StoreFiles> open_in(const std::filesystem::path& folder);
  std::optional<Failure> take(const char* name, crypto::Descriptor& file) const;
  std::optional<Failure> make_data();
  std::optional<Failure> make_lock();
  bool may_be_replaced() const;

  crypto::Descriptor folder_;
  std::string path_;
  crypto::Descriptor data_;  ///< by O_PATH, like the others
  crypto::Descriptor lock_;
};

}  // namespace tacit::store
