// `tacit init`: creates keyrings and an empty store; removes what it created if a later step fails.
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "crypto/keyring.hpp"
#include "crypto/trusted_folder.hpp"
#include "http/log/printable.hpp"
#include "server/cli/commands.hpp"
#include "server/config/errors.hpp"
#include "server/process/apart.hpp"
#include "server/process/store_user.hpp"
#include "server/wiring/open_store.hpp"
#include "store/lmdb/environment/store_folder.hpp"

namespace tacit::server {
namespace {

namespace fs = std::filesystem;

// A store may be created in an empty directory, because service managers create the directory themselves.
bool store_exists(const fs::path& directory) {
  return fs::exists(fs::symlink_status(directory)) && !store::is_vacant(directory);
}

std::string reason_not_to_make(const char* setting, const fs::path& file) {
  if (file.empty()) return std::string(setting) + " is not configured: it specifies the file to create";
  if (fs::exists(fs::symlink_status(file))) return file.string() + " already exists; nothing was created";
  const fs::path directory = fs::absolute(file).parent_path();
  if (!fs::is_directory(directory)) return "the directory " + directory.string() + " does not exist";
  return {};
}

void check_all(const Config& config) {
  for (const auto& reason : {reason_not_to_make("root-private-keyring", config.root_private_keyring),
                             reason_not_to_make("root-public-keyring", config.root_public_keyring),
                             reason_not_to_make("metadata-keyring", config.metadata_keyring)}) {
    if (!reason.empty()) throw UsageError(reason);
  }
  if (store_exists(config.store)) throw UsageError(config.store.string() + " already exists; nothing was created");
}

// Removes the files that this call created, unless keep() was called.
class Made {
 public:
  Made() = default;
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  ~Made() {
    for (const auto& file : files_) {
      const auto folder = crypto::open_folder(crypto::folder_of(file));
      if (folder) ::unlinkat(folder->get(), file.filename().c_str(), 0);
    }
  }
  void add(const fs::path& file) { files_.push_back(file); }
  void keep() { files_.clear(); }

 private:
  std::vector<fs::path> files_;
};

}  // namespace

int init_command(const Config& config) {
  check_all(config);
  Made made;
  const auto root = crypto::create_root_keyrings(config.root_private_keyring, config.root_public_keyring);
  if (root.has_error()) throw CommandFailed(root.error().message);
  made.add(config.root_private_keyring);
  made.add(config.root_public_keyring);
  const auto metadata = crypto::create_metadata_keyring(config.metadata_keyring);
  if (metadata.has_error()) throw CommandFailed(metadata.error().message);
  made.add(config.metadata_keyring);
  // In a child process, because this process removes the created files on failure.
  run_apart(config.store, [&] {
    store::StoreOptions options = store_options(config);
    options.give_up_root = become_store_user;
    const auto store = store::Store::create(options, load_keys(config, PrivateKey::no));
    if (store.has_error()) fail("cannot create the store " + config.store.string(), store.error());
    return std::string();
  });
  made.keep();
  std::cout << "Created " << http::printable(config.root_private_keyring.string())
            << ": opens values; tool plane only\n"
            << "Created " << http::printable(config.root_public_keyring.string()) << ": seals values\n"
            << "Created " << http::printable(config.metadata_keyring.string())
            << ": seals names and bindings; both planes\n"
            << "Created " << http::printable(config.store.string()) << ": an empty store\n"
            << "Keep copies of the keyrings apart from the store's backups: without them the store is unreadable.\n";
  return exit_ok;
}

}  // namespace tacit::server
