// Puts the rows of a backup into a new store on an engine that several hosts share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "store/backup/restore.hpp"
#include "store/engine/store_loader.hpp"

namespace tacit::store {

/// The content of a backup, without its trailer, whose hash was verified and which opens with the keys of the store.
/// The new store is of the format of stores with slots, and takes rows of the newest format. `progress` receives the
/// number of rows. Returns it. Throws DamagedStore if a page is damaged.
Outcome<std::uint64_t> load_rows(const std::filesystem::path& file, StoreLoader& loader,
                                 const std::function<void(std::uint64_t)>& progress);

/// Reads a backup into a file in `scratch`, which is removed again, checks it like `restore`, and puts its rows. Fails
/// like `restore` and StoreLoader::put; with `not_allowed` if nothing is signed with these keys: a shared store's audit
/// log has to be signed. Returns the number of rows. `read`: receives the number of bytes read; `put`: that of rows.
Outcome<std::uint64_t> restore_to_engine(const std::filesystem::path& scratch, StoreLoader& loader,
                                         const StoreKeys& keys, const ByteSource& source,
                                         const std::function<void(std::uint64_t)>& read,
                                         const std::function<void(std::uint64_t)>& put, const RunApart& apart = {});

}  // namespace tacit::store
