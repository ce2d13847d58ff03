// The two files of a store, found so that nobody makes this process write to another file in their place.
//
// Users other than this process's may write to the folder: the planes share it by their group. So the folder is opened
// by crypto/trusted_folder.hpp, and each file relative to it, without following a link. A file is refused unless it is
// a regular one with one name that belongs to root, to the folder's owner or to this process's user. LMDB opens files
// by their paths and follows links, so it is shown a folder that this process has to itself, where the two names lead
// to the files that were checked and are held here: what happens to the store's folder meanwhile makes no difference.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "crypto/descriptor.hpp"
#include "store/model/outcome.hpp"

namespace tacit::store {

/// Who may write to a store's file.
struct FileOwner {
  uid_t user = 0;
  gid_t group = 0;
  bool shared = false;  ///< others than the owner and root's group may
};

/// Called when the files are found and before LMDB looks into them, so that a process of root can become the user whose
/// files they are. Answers why it cannot go on, in words.
using GiveUpRoot = std::function<std::optional<std::string>(const FileOwner&)>;

class StoreFiles {
 public:
  /// Those of a store that is there. Makes lock.mdb, which keeps nothing, if that is missing. Fails with `not_found` if
  /// there is no data.mdb, else with a sentence that says what is wrong with which file.
  static Outcome<StoreFiles> open(const std::filesystem::path& folder);
  /// The same in a folder that is there, with what is missing made: for the folder's owner if this process is root's.
  static Outcome<StoreFiles> make(const std::filesystem::path& folder);

  /// The folder's path without links.
  const std::string& path() const { return path_; }
  FileOwner owner() const;
  /// By which this process can open data.mdb, whatever is in its place by now.
  std::string data_path() const { return data_.path(); }
  /// Whether data.mdb is empty.
  bool is_new() const;
  /// Whether the open descriptor is of data.mdb.
  bool is_data(int descriptor) const;

  /// Has `open` open data.mdb and lock.mdb in the folder that it is given. Answers what `open` does. Fails if this
  /// process can have no folder to itself and others may put files into the store's.
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
  crypto::Descriptor data_;  ///< by O_PATH, as the others
  crypto::Descriptor lock_;
};

}  // namespace tacit::store
