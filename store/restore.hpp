// Making a store of a backup.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "store/backup.hpp"
#include "store/store.hpp"

namespace tacit::store {

/// Makes a store of the backup in a folder that is empty or not there: whole, found right by its hash and opened with
/// these keys before it has its name; or nothing. Fails with `conflict` if the folder holds anything, with `integrity`
/// if the backup is not whole or not of these keys. Needs no private key. `progress` is told how many bytes were read.
Outcome<std::uint64_t> restore(const std::filesystem::path& directory, const StoreKeys& keys, const ByteSource& source,
                               const std::function<void(std::uint64_t)>& progress);

}  // namespace tacit::store
