// The folder that a store is in.
#pragma once

#include <filesystem>
#include <system_error>

namespace tacit::store {

/// Makes the folder, for its owner and group alone and sticky, if it is not there. One that is there keeps its mode: it
/// is somebody's choice.
std::error_code make_folder(const std::filesystem::path& folder);

/// Whether a folder that is there is empty, but for sockets and for what a file system has in its root (lost+found).
bool is_vacant(const std::filesystem::path& folder);

/// Makes the names in a folder durable.
void sync_folder(const std::filesystem::path& folder);

}  // namespace tacit::store
