// Opening a folder so that nobody but root and this process's user decides where its path leads.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include <boost/system/result.hpp>

#include "crypto/descriptor.hpp"

namespace tacit::crypto {

/// Why a folder cannot be opened, in words without the folder's name.
struct FolderFault {
  std::string why;
  int error = 0;  ///< errno; ELOOP for a link that is not followed
};

/// Whether a user other than root and this process's may add to, rename or delete what is in the folder.
bool others_may_change(const struct stat& folder);

/// Opens the folder by its path, one name after the other, as a handle to open files relative to (O_PATH). A symbolic
/// link is followed only where it cannot have been put by anybody but root or this process's user: it lies in a folder
/// that others may not change, or is their own in a sticky one. Waits for nothing. Any thread.
boost::system::result<Descriptor, FolderFault> open_folder(const std::filesystem::path& folder);

/// A file by its folder and its name there, which is no link.
struct FoundFile {
  Descriptor folder;
  std::string name;
};
/// Opens the folder that a file is in or is to be made in, as open_folder does. A link in the file's place leads on,
/// under the same conditions. Opened with O_NOFOLLOW, the name is what was found.
boost::system::result<FoundFile, FolderFault> find_file(const std::filesystem::path& file);

/// The folder that a file is in: "." for a name alone.
std::filesystem::path folder_of(const std::filesystem::path& file);

/// Makes the names in an open folder durable. False, with errno, if that fails.
bool sync_folder(const Descriptor& folder);

}  // namespace tacit::crypto
