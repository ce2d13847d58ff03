// A backup of a store on an engine that several hosts share, in the form of all backups (store/backup/backup.hpp): the
// rows of one snapshot, put into an LMDB file. The audit log's slots keep their rows and hashes, so that the backup can
// be restored to a folder or to another shared store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "store/backup/backup.hpp"
#include "store/engine/engine.hpp"

namespace tacit::store {

/// Reads all rows on one snapshot, and writes the backup. `scratch`: a folder of the same user with room for the whole
/// store; what is made in it is removed. `read`: receives the number of rows so far. Returns the size in bytes. Blocks.
Outcome<std::uint64_t> write_shared_backup(Engine& engine, const std::filesystem::path& scratch, const ByteSink& sink,
                                           const std::function<void(std::uint64_t)>& read);

}  // namespace tacit::store
