// Opens a folder so that only root and this process's user decide where its path leads.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include <boost/system/result.hpp>

#include "crypto/files/descriptor.hpp"

namespace tacit::crypto {

/// Why a folder cannot be opened, in words, without the folder's name.
struct FolderFault {
  std::string why;
  int error = 0;  ///< errno; ELOOP for a link that is not followed
};

/// Whether a user other than root and this process's may add, rename or delete entries of the folder.
bool others_may_change(const struct stat& folder);

/// Opens the folder by its path, one name after the other, as a handle for opening files relative to it (O_PATH).
/// Follows a symbolic link only if no other user can have created it: it lies in a folder that others may not change,
/// or it belongs to root or this process's user in a sticky one. Never waits. Any thread.
boost::system::result<Descriptor, FolderFault> open_folder(const std::filesystem::path& folder);

/// A file as its folder and its name there, which is not a link.
struct FoundFile {
  Descriptor folder;
  std::string name;
};
/// Opens the folder that contains, or will contain, the file, like open_folder. Follows a link in the file's place
/// under the same conditions. Open the name with O_NOFOLLOW to get the file that was found.
boost::system::result<FoundFile, FolderFault> find_file(const std::filesystem::path& file);

/// The folder of a file: "." for a name alone.
std::filesystem::path folder_of(const std::filesystem::path& file);

/// Makes the names in an open folder durable. Returns false with errno set on failure.
bool sync_folder(const Descriptor& folder);

}  // namespace tacit::crypto
