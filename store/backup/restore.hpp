// Makes a store from a backup.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "store/backup/backup.hpp"
#include "store/store.hpp"

namespace tacit::store {

/// Runs a check of a file whose hash is right but whose content is untrusted.
using RunApart = std::function<Outcome<void>(const std::function<Outcome<void>(const GiveUpRoot&)>& look)>;

/// Succeeds if the content of a backup, in `file`, opens with these keys, as `restore` needs it. `called`: what the
/// file is called in the reason of a failure.
Outcome<void> check_backup(const std::filesystem::path& file, const std::filesystem::path& called,
                           const StoreKeys& keys, const GiveUpRoot& give_up_root);

/// Makes a store from the backup in a folder that is empty or missing. The store gets its name only after its hash is
/// verified and it opens with these keys; otherwise nothing is left. Fails with `conflict` if the folder is not empty,
/// with `integrity` if the backup is incomplete or belongs to other keys. Rows that retired keys signed are accepted. A
/// backup from before there was a root signing key needs its private half in `keys`, else this fails with
/// `not_allowed`; sign the store with it afterwards (store/backup/sign_restored.hpp). Needs no other private key.
/// `progress` receives the number of bytes read. `apart` runs the check in which LMDB reads the file, and returns its
/// result; the default runs it in this process.
Outcome<std::uint64_t> restore(const std::filesystem::path& directory, const StoreKeys& keys, const ByteSource& source,
                               const std::function<void(std::uint64_t)>& progress, const RunApart& apart = {});

}  // namespace tacit::store
