// `tacit init`: creates keyrings and an empty store; removes what it created if a later step fails.
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "crypto/files/trusted_folder.hpp"
#include "crypto/keyrings/signing_edit.hpp"
#include "http/log/printable.hpp"
#include "server/cli/commands.hpp"
#include "server/commands/key_rings.hpp"
#include "server/config/errors.hpp"
#include "server/config/keyring_files.hpp"
#include "server/config/store_location.hpp"
#include "server/process/apart.hpp"
#include "server/process/store_user.hpp"
#include "server/wiring/etcd_options.hpp"
#include "server/wiring/open_store.hpp"
#include "store/keys/prekeys.hpp"
#include "store/lmdb/environment/store_folder.hpp"
#include "store/rows/store_meta.hpp"

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
  std::vector<std::pair<const char*, fs::path>> keyrings{{"root-private-keyring", config.root_private_keyring},
                                                         {"root-public-keyring", config.root_public_keyring},
                                                         {"metadata-keyring", config.metadata_keyring}};
  for (const KeyringFile which : keyring_files) keyrings.emplace_back(row_of(which).setting, place_of(config, which));
  for (const auto& [setting, file] : keyrings) {
    if (const std::string reason = reason_not_to_make(setting, file); !reason.empty()) throw UsageError(reason);
  }
  for (const std::string& problem : find_identity_problems(config, EtcdIdentity::command)) throw UsageError(problem);
  // In etcd the first transaction makes the store only if there is none.
  if (!is_in_etcd(config) && store_exists(config.store))
    throw UsageError(config.store.string() + " already exists; nothing was created");
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

void make_keyrings(const Config& config, Made& made) {
  const crypto::SigningFiles signing = signing_files(config);
  const auto keyrings = crypto::create_keyrings(signing, config.root_private_keyring, config.metadata_keyring);
  if (keyrings.has_error()) throw CommandFailed(keyrings.error().message);
  made.add(config.root_private_keyring);
  made.add(config.metadata_keyring);
  made.add(config.root_public_keyring);
  for (const KeyringFile which : keyring_files) made.add(place_of(config, which));
}

void print_created(const fs::path& file, const char* what) {
  std::cout << "Created " << http::printable(file.string()) << ": " << what << '\n';
}

void print_all_created(const Config& config) {
  print_created(config.root_private_keyring, "opens values; tool plane only");
  print_created(config.root_public_keyring, "seals values");
  print_created(config.metadata_keyring, "seals names and bindings; both planes");
  print_created(place_of(config, KeyringFile::root_signing), "signs tenants' keys; tool plane and operators' commands");
  print_created(place_of(config, KeyringFile::audit_api), "signs the audit log; API plane only");
  print_created(place_of(config, KeyringFile::audit_tools), "signs the audit log; tool plane only");
  print_created(place_of(config, KeyringFile::audit_operator), "signs the audit log; operators' commands only");
  print_created(config.store, "an empty store");
  std::cout << "Keep copies of the keyrings apart from the store's backups: without them the store is unreadable.\n";
}

}  // namespace

int init_command(const Config& config) {
  check_all(config);
  Made made;
  make_keyrings(config, made);
  // In a child process, because this process removes the created files on failure.
  run_apart(config.store, [&] {
    store::StoreOptions options = store_options(config);
    options.give_up_root = become_store_user;
    options.new_format = store::store_format;
    options.new_prekeys = store::first_prekeys;
    const KeyNeeds needs{.root_signing = true, .signs = false};
    const store::StoreKeys keys = load_keys(config, needs);
    if (options.etcd) {
      options.etcd->writes = true;
      become_etcd_user(config);
    }
    const auto store = store::Store::create(options, keys);
    if (store.has_error()) fail("cannot create the store " + config.store.string(), store.error());
    return std::string();
  });
  made.keep();
  print_all_created(config);
  return exit_ok;
}

}  // namespace tacit::server
