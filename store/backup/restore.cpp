#include "store/backup/restore.hpp"

#include <system_error>
#include <utility>

#include "store/backup/sign_restored.hpp"
#include "store/backup/whole_file.hpp"
#include "store/lmdb/environment/store_files.hpp"
#include "store/lmdb/environment/store_folder.hpp"
#include "store/model/damage.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

namespace fs = std::filesystem;

/// The folder, removed again if this process made it and the restore failed.
class Folder {
 public:
  explicit Folder(const fs::path& path) : path_(path), was_there_(fs::exists(fs::symlink_status(path))) {}
  ~Folder() {
    std::error_code ignored;
    if (!keep_ && made_) fs::remove(path_, ignored);  // only if it is empty
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  Outcome<void> make() {
    std::error_code error;
    if (was_there_ && !is_vacant(path_)) {
      return failed(Errc::conflict, path_.string() + " exists and is not empty; nothing was restored");
    }
    error = make_folder(path_);
    made_ = !was_there_ && !error;
    if (!error) return {};
    return failed(Errc::unavailable, "cannot create the folder " + path_.string() + ": " + error.message());
  }
  void keep() { keep_ = true; }

 private:
  const fs::path path_;
  const bool was_there_;
  bool made_ = false;
  bool keep_ = false;
};

/// Whether the restored store can be signed, if it has to be.
Outcome<void> check_signer(const Store& store, const StoreKeys& keys) {
  const auto lacks = lacks_signatures(store);
  if (!lacks) return lacks.error();
  if (!*lacks || keys.root_signer() != nullptr) return {};
  return failed(Errc::not_allowed,
                "the backup is from before there was a root signing key: root-signing-keyring is needed to restore it");
}

}  // namespace

Outcome<void> check_backup(const fs::path& file, const fs::path& called, const StoreKeys& keys,
                           const GiveUpRoot& give_up_root) {
  Failure failure;
  try {
    StoreKeys former = keys;
    former.accept_retired = true;
    former.accept_unsigned = true;
    const auto opened = Store::open_backup(file, std::move(former), give_up_root);
    if (opened) return check_signer(**opened, keys);
    failure = opened.error();
    if (failure.code == Errc::integrity) {
      failure.subject +=
          "; a backup is restored with the keyrings of its time: name them with --root-public-keyring FILE, "
          "--metadata-keyring FILE and so on";
    }
  } catch (const DamagedStore& error) {
    failure = failed(Errc::integrity, error.what());
  }
  std::string why = failure.subject;
  // The file does not have its final name yet.
  if (const auto at = why.find(file.string()); at != std::string::npos) {
    why.replace(at, file.string().size(), called.string());
  }
  return failed(failure.code, why);
}

Outcome<std::uint64_t> restore(const fs::path& directory, const StoreKeys& keys, const ByteSource& source,
                               const std::function<void(std::uint64_t)>& progress, const RunApart& apart) {
  const fs::path path = directory.has_filename() ? directory : directory.parent_path();
  Folder folder(path);
  if (auto made = folder.make(); !made) return made.error();
  auto file = WholeFile::create(path / "data.mdb", store_file_mode);
  if (!file) return file.error();
  if (auto given = file->give_to_folder_owner(); !given) return given.error();
  std::uint64_t written = 0;
  auto length = read_backup(source, [&](ByteView bytes) {
    written += bytes.size();
    if (progress) progress(written);
    return file->write(bytes);
  });
  if (!length) return length.error();
  const auto look = [&](const GiveUpRoot& give_up_root) {
    return check_backup(file->path(), path, keys, give_up_root);
  };
  if (auto fits = apart ? apart(look) : look({}); !fits) return fits.error();
  if (auto published = file->publish(); !published) return published.error();
  folder.keep();
  sync_folder(path / "..");
  return length;
}

}  // namespace tacit::store
