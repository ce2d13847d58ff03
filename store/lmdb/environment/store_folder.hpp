// The folder of a store.
#pragma once

#include <filesystem>
#include <system_error>

namespace tacit::store {

/// Makes the folder if it is missing, for its owner and group only, and sticky. An existing folder keeps its mode,
/// which its owner chose.
std::error_code make_folder(const std::filesystem::path& folder);

/// Whether an existing folder is empty, except for sockets and a file system's own entries (lost+found).
bool is_vacant(const std::filesystem::path& folder);

/// Makes the names in a folder durable.
void sync_folder(const std::filesystem::path& folder);

}  // namespace tacit::store
