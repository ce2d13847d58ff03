// Making a store of a backup.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "store/backup/backup.hpp"
#include "store/store.hpp"

namespace tacit::store {

/// Runs a look at a file whose hash is right and whose content may be anybody's.
using RunApart = std::function<Outcome<void>(const std::function<Outcome<void>(const GiveUpRoot&)>& look)>;

/// Makes a store of the backup in a folder that is empty or not there: whole, found right by its hash and opened with
/// these keys before it has its name; or nothing. Fails with `conflict` if the folder holds anything, with `integrity`
/// if the backup is not whole or not of these keys. Needs no private key. `progress` is told how many bytes were read.
/// `apart` runs what is given to it, where LMDB looks into the file, and answers its answer; by default here.
Outcome<std::uint64_t> restore(const std::filesystem::path& directory, const StoreKeys& keys, const ByteSource& source,
                               const std::function<void(std::uint64_t)>& progress, const RunApart& apart = {});

}  // namespace tacit::store
